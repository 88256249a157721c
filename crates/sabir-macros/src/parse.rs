//! The shape of a service. All faults of one that has another are reported at once.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseBuffer, ParseStream};
use syn::visit::{self, Visit};
use syn::{
    Attribute, Error, FnArg, GenericArgument, Generics, Ident, ItemTrait, Lifetime, LitInt, Pat,
    PathArguments, Receiver, Result, ReturnType, Signature, Token, TraitItem, TraitItemFn, Type, TypePath,
    Visibility,
};

/// serde serialises tuples up to this length.
const MAX_ARGUMENTS: usize = 16;

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
    pub options: Options,
    /// The types as written, for the signature's hash.
    pub signature: String,
}

/// The return type of a method.
pub enum Returns {
    Value(Box<Type>),
    /// `Result<T, E>`, written as such.
    Result {
        ok: Box<Type>,
        error: Box<Type>,
    },
}

/// The options of `#[sabir(…)]`.
#[derive(Default)]
pub struct Options {
    pub one_way: bool,
    pub timeout_ms: Option<u32>,
}

/// The errors found so far.
#[derive(Default)]
pub struct Problems(Option<Error>);

impl Problems {
    pub fn add(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.push(Error::new_spanned(at, message));
    }

    pub fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Looks ahead to what kind of item this is.
pub fn after_visibility<'a>(input: ParseStream<'a>) -> Result<ParseBuffer<'a>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    Ok(ahead)
}

impl Parse for Service {
    fn parse(input: ParseStream) -> Result<Service> {
        let ahead = after_visibility(input)?;
        if !ahead.peek(Token![trait]) {
            return Err(ahead.error("a service is a plain trait: put `#[sabir::service]` on one"));
        }
        let mut item: ItemTrait = input.parse()?;
        let mut problems = Problems::default();
        check_generics("a service", &item.generics, &mut problems);
        if item.items.is_empty() {
            problems.add(&item.ident, "a service has methods: declare what the other realm may call");
        }
        let mut methods = Vec::new();
        for member in &mut item.items {
            match member {
                TraitItem::Fn(method) => methods.push(Method::check(method, &mut problems)),
                other => problems.add(other, "a service has methods only: move this to another trait"),
            }
        }
        problems.finish()?;
        // Handlers stay in their realm: their futures need not be Send.
        item.attrs.push(syn::parse_quote!(#[allow(async_fn_in_trait)]));
        Ok(Service { item, methods })
    }
}

impl Method {
    fn check(method: &mut TraitItemFn, problems: &mut Problems) -> Method {
        let options = take_options(&mut method.attrs, &method.sig, problems);
        if let Some(body) = &method.default {
            problems.add(body, "a method of a service has no default body: move it to the implementation");
        }
        if let Some(cfg) = method.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
            problems.add(cfg, "both realms must know the same methods: put `cfg` on the whole service");
        }
        let signature = &method.sig;
        if signature.ident == "new" {
            problems.add(&signature.ident, "`new` makes the generated clients: give the method another name");
        }
        if let Some(unsafety) = &signature.unsafety {
            problems.add(unsafety, "the other realm cannot uphold a safety contract: remove `unsafe`");
        }
        if let Some(abi) = &signature.abi {
            problems.add(abi, "a service has an ABI of its own: remove `extern`");
        }
        check_generics("a method of a service", &signature.generics, problems);
        check_receiver(signature, problems);
        let arguments = check_arguments(signature, problems);
        let returned = match &signature.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        Crossing { what: "results", problems }.visit_type(&returned);
        let types: Vec<_> = arguments.iter().map(|(_, ty)| written(ty)).collect();
        Method {
            name: signature.ident.clone(),
            docs: method.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect(),
            signature: format!("({})->{}", types.join(","), written(&returned)),
            returns: split_result(returned),
            is_async: signature.asyncness.is_some(),
            arguments,
            options,
        }
    }

    /// Where errors about its types are shown.
    pub fn span(&self) -> Span {
        self.name.span().resolved_at(Span::call_site())
    }

    /// The name without `r#`.
    pub fn plain_name(&self) -> Ident {
        self.name.unraw()
    }
}

fn check_generics(what: &str, generics: &Generics, problems: &mut Problems) {
    if !generics.params.is_empty() {
        problems.add(
            generics,
            format_args!(
                "{what} has no type parameters and no lifetimes: write the types that the realms exchange"
            ),
        );
    }
    if let Some(clause) = &generics.where_clause {
        problems.add(clause, format_args!("{what} has no `where` clause: both realms must know its types"));
    }
}

fn check_receiver(signature: &Signature, problems: &mut Problems) {
    const MESSAGE: &str = "a method of a service takes `&self`, since calls may come while another is served: \
                           keep what changes in a `Cell` or a `RefCell`";
    match signature.receiver() {
        Some(Receiver { reference: Some((_, None)), mutability: None, colon_token: None, .. }) => {}
        Some(receiver) => problems.add(receiver, MESSAGE),
        None => problems.add(&signature.ident, MESSAGE),
    }
}

fn check_arguments(signature: &Signature, problems: &mut Problems) -> Vec<(Ident, Type)> {
    let mut arguments = Vec::new();
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        Crossing { what: "arguments", problems }.visit_type(&argument.ty);
        match &*argument.pat {
            Pat::Ident(name)
                if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() =>
            {
                arguments.push((name.ident.clone(), (*argument.ty).clone()));
            }
            pattern => problems.add(
                pattern,
                "an argument of a service is a plain name: take it apart in the implementation",
            ),
        }
    }
    if arguments.len() > MAX_ARGUMENTS {
        let message =
            format!("a method of a service has at most {MAX_ARGUMENTS} arguments: put some in a struct");
        problems.add(&arguments[MAX_ARGUMENTS].0, message);
    }
    arguments
}

/// Takes `#[sabir(…)]` off a method.
fn take_options(attributes: &mut Vec<Attribute>, signature: &Signature, problems: &mut Problems) -> Options {
    let (mut options, mut timeout_at) = (Options::default(), None);
    for attribute in attributes.extract_if(.., |attribute| attribute.path().is_ident("sabir")) {
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("one_way") {
                options.one_way = true;
            } else if meta.path.is_ident("timeout_ms") {
                let limit: LitInt = meta.value()?.parse()?;
                options.timeout_ms = Some(limit.base10_parse()?);
                if options.timeout_ms == Some(0) {
                    return Err(Error::new_spanned(
                        limit,
                        "a call with a timeout of 0 ms always fails: give it more, or leave `timeout_ms` out",
                    ));
                }
                timeout_at = Some(meta.path);
            } else {
                return Err(meta.error("a method has the options `one_way` and `timeout_ms = …`"));
            }
            Ok(())
        });
        if let Err(error) = parsed {
            problems.push(error);
        }
    }
    if options.one_way {
        if let Some(timeout) = timeout_at {
            problems.add(timeout, "nobody waits for a one-way call: remove `timeout_ms`, or `one_way`");
        }
        if let ReturnType::Type(_, ty) = &signature.output {
            problems.add(ty, "nobody waits for a one-way call: remove the return type, or `one_way`");
        }
        if let Some(asyncness) = &signature.asyncness {
            problems.add(asyncness, "nobody waits for a one-way call: remove `async`, or `one_way`");
        }
    }
    options
}

/// Looks for parts of a type that cannot cross realms.
struct Crossing<'p> {
    what: &'static str,
    problems: &'p mut Problems,
}

impl<'ast> Visit<'ast> for Crossing<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        let what = self.what;
        match ty {
            Type::Reference(reference) if !matches!(*reference.elem, Type::TraitObject(_)) => {
                let mutability = if reference.mutability.is_some() { "mut " } else { "" };
                let (owned, borrowed) = (owned(&reference.elem), written(&reference.elem));
                let message = format!(
                    "{what} cross realms by value: use `{owned}` instead of `&{mutability}{borrowed}`"
                );
                self.problems.add(reference, message);
            }
            Type::ImplTrait(_) | Type::TraitObject(_) => {
                self.problems.add(ty, "both realms must know the type: name one that implements the trait");
            }
            Type::Ptr(_) | Type::BareFn(_) => {
                self.problems.add(ty, "an address means nothing in another realm: send what stands there");
            }
            _ => visit::visit_type(self, ty),
        }
    }

    fn visit_type_path(&mut self, path: &'ast TypePath) {
        if path.path.segments.first().is_some_and(|first| first.ident == "Self") {
            self.problems.add(path, "`Self` is another type in each realm: name the type");
        }
        visit::visit_type_path(self, path);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident != "static" {
            let message = format!("{} cross realms by value: use an owned type, or `'static`", self.what);
            self.problems.add(lifetime, message);
        }
    }
}

/// The type to send instead of a reference to `ty`.
fn owned(ty: &Type) -> String {
    match ty {
        Type::Slice(slice) if written(&slice.elem) == "u8" => "sabir::Bytes".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", written(&slice.elem)),
        _ if written(ty) == "str" => "String".to_owned(),
        _ => written(ty),
    }
}

/// A type as written, whatever the white space.
fn written(ty: &Type) -> String {
    quote!(#ty).to_string().split_whitespace().collect()
}

fn split_result(ty: Type) -> Returns {
    if let Type::Path(path) = &ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Result"
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && arguments.args.len() == 2
        && let (GenericArgument::Type(ok), GenericArgument::Type(error)) =
            (&arguments.args[0], &arguments.args[1])
    {
        return Returns::Result { ok: Box::new(ok.clone()), error: Box::new(error.clone()) };
    }
    Returns::Value(Box::new(ty))
}
