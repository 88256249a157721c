//! What a service may look like, and what is wrong with those that do not.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, FnArg, GenericArgument, Ident, ItemTrait, LitInt, Pat, PathArguments, Result,
    ReturnType, TraitItem, TraitItemFn, Type, Visibility,
};

/// A checked trait.
pub struct Service {
    /// The trait itself, without our attributes.
    pub item: ItemTrait,
    pub methods: Vec<Method>,
}

/// One of its methods.
pub struct Method {
    pub name: Ident,
    pub docs: Vec<Attribute>,
    pub arguments: Vec<(Ident, Type)>,
    pub returns: Returns,
    pub is_async: bool,
    pub one_way: bool,
    pub timeout_ms: Option<u32>,
    /// The types as written, for the signature's hash.
    pub signature: String,
}

/// What a method returns.
pub enum Returns {
    Value(TokenStream),
    /// `Result<T, E>`, written as such.
    Result {
        ok: Type,
        error: Type,
    },
}

impl Service {
    pub fn visibility(&self) -> &Visibility {
        &self.item.vis
    }

    pub fn parse(mut item: ItemTrait) -> Result<Service> {
        if !item.generics.params.is_empty() {
            return Err(Error::new_spanned(
                &item.generics,
                "a service cannot be generic: both realms must agree on its types",
            ));
        }
        let mut methods = Vec::new();
        for member in &mut item.items {
            let TraitItem::Fn(method) = member else {
                return Err(Error::new_spanned(member, "a service has methods only"));
            };
            methods.push(Method::parse(method)?);
        }
        // The futures of handlers stay in their realm: they need not be Send.
        item.attrs.push(syn::parse_quote!(#[allow(async_fn_in_trait)]));
        Ok(Service { item, methods })
    }
}

impl Method {
    fn parse(method: &mut TraitItemFn) -> Result<Method> {
        if let Some(body) = &method.default {
            return Err(Error::new_spanned(
                body,
                "a method of a service has no body here: its server implements it",
            ));
        }
        let (one_way, timeout_ms) = take_options(&mut method.attrs)?;
        let signature = &method.sig;
        if !signature.generics.params.is_empty() {
            return Err(Error::new_spanned(
                &signature.generics,
                "a method of a service cannot be generic: both realms must agree on its types",
            ));
        }
        let mut inputs = signature.inputs.iter();
        match inputs.next() {
            Some(FnArg::Receiver(receiver)) if is_shared_self(receiver) => {}
            _ => {
                return Err(Error::new_spanned(
                    signature,
                    "a method of a service takes `&self`: calls may come while another is served",
                ));
            }
        }
        let arguments = inputs.map(parse_argument).collect::<Result<Vec<_>>>()?;
        let is_async = signature.asyncness.is_some();
        if one_way && !matches!(signature.output, ReturnType::Default) {
            return Err(Error::new_spanned(
                &signature.output,
                "a one-way method returns nothing: nobody waits for it",
            ));
        }
        let types = arguments
            .iter()
            .map(|(_, ty)| written(ty))
            .collect::<Vec<_>>()
            .join(",");
        let output = match &signature.output {
            ReturnType::Default => "()".to_owned(),
            ReturnType::Type(_, ty) => written(ty),
        };
        Ok(Method {
            name: signature.ident.clone(),
            docs: method
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("doc"))
                .cloned()
                .collect(),
            returns: parse_returns(&signature.output)?,
            signature: format!("({types})->{output}"),
            arguments,
            is_async,
            one_way,
            timeout_ms,
        })
    }
}

fn is_shared_self(receiver: &syn::Receiver) -> bool {
    receiver
        .reference
        .as_ref()
        .is_some_and(|(_, lifetime)| lifetime.is_none())
        && receiver.mutability.is_none()
        && receiver.colon_token.is_none()
}

/// A type as written, whatever the white space.
fn written(ty: &Type) -> String {
    ty.to_token_stream().to_string().split_whitespace().collect()
}

/// Takes `#[sabir(…)]` off a method.
fn take_options(attributes: &mut Vec<Attribute>) -> Result<(bool, Option<u32>)> {
    let (mut one_way, mut timeout) = (false, None);
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("sabir"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("one_way") {
                one_way = true;
                Ok(())
            } else if meta.path.is_ident("timeout_ms") {
                let literal: LitInt = meta.value()?.parse()?;
                let limit_ms: u32 = literal.base10_parse()?;
                if limit_ms == 0 {
                    return Err(Error::new_spanned(
                        literal,
                        "a timeout of 0 ms fails every call; leave it out for none",
                    ));
                }
                timeout = Some((meta.path.span(), limit_ms));
                Ok(())
            } else {
                Err(meta.error("unknown option: there are `one_way` and `timeout_ms = N`"))
            }
        })?;
    }
    attributes.retain(|attribute| !attribute.path().is_ident("sabir"));
    match timeout {
        Some((span, _)) if one_way => Err(Error::new(
            span,
            "nobody waits for a one-way call: it needs no timeout",
        )),
        _ => Ok((one_way, timeout.map(|(_, limit_ms)| limit_ms))),
    }
}

fn parse_argument(argument: &FnArg) -> Result<(Ident, Type)> {
    let FnArg::Typed(argument) = argument else {
        return Err(Error::new_spanned(argument, "`self` comes first"));
    };
    let Pat::Ident(name) = &*argument.pat else {
        return Err(Error::new_spanned(
            &argument.pat,
            "an argument of a service is a plain name",
        ));
    };
    match &*argument.ty {
        Type::Reference(reference) => Err(Error::new_spanned(
            reference,
            "arguments cross realms by value: use an owned type, as `String` for `&str` or `Bytes` for `&[u8]`",
        )),
        Type::ImplTrait(ty) => Err(Error::new_spanned(
            ty,
            "both realms must agree on the type: `impl Trait` names none",
        )),
        ty => Ok((name.ident.clone(), ty.clone())),
    }
}

fn parse_returns(output: &ReturnType) -> Result<Returns> {
    let ReturnType::Type(_, ty) = output else {
        return Ok(Returns::Value(quote::quote!(())));
    };
    if let Type::Reference(reference) = &**ty {
        return Err(Error::new_spanned(
            reference,
            "results cross realms by value: return an owned type",
        ));
    }
    if let Type::Path(path) = &**ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Result"
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
    {
        let arguments: Vec<_> = arguments.args.iter().collect();
        if let [GenericArgument::Type(ok), GenericArgument::Type(error)] = arguments.as_slice() {
            return Ok(Returns::Result {
                ok: ok.clone(),
                error: error.clone(),
            });
        }
    }
    Ok(Returns::Value(ty.to_token_stream()))
}
