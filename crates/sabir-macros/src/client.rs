//! The two clients of a service: one that blocks, one that is awaited.

use crate::parse::{Method, Returns, Service};
use crate::server::table;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;

/// `NameClient`.
pub fn blocking(service: &Service) -> TokenStream {
    let docs =
        format!("Calls the [`{}`] of the other realm, and blocks until it has answered.", service.item.ident);
    let bound = quote!(::sabir::__private::BlockingCaller);
    client(service, "Client", &docs, &bound, |method| match (&method.returns, method.options.one_way) {
        (_, true) => (quote!(send), result(method)),
        (Returns::Value(_), false) => (quote!(call), result(method)),
        (Returns::Result { .. }, false) => (quote!(try_call), result(method)),
    })
}

/// `NameAsyncClient`.
pub fn awaited(service: &Service) -> TokenStream {
    let docs = format!("Calls the [`{}`] of the other realm, to be awaited.", service.item.ident);
    let bound = quote!(::sabir::__private::AsyncCaller);
    let future = |method: &Method| {
        let result = result(method);
        quote_spanned!(method.span()=> impl ::core::future::Future<Output = #result> + 'static + use<C>)
    };
    client(service, "AsyncClient", &docs, &bound, |method| match (&method.returns, method.options.one_way) {
        (_, true) => (quote!(post), result(method)),
        (Returns::Value(_), false) => (quote!(start), future(method)),
        (Returns::Result { .. }, false) => (quote!(try_start), future(method)),
    })
}

/// A client over a `C: bound`, whose methods call by `how`: a function of `sabir::__private` and what it returns.
fn client(
    service: &Service,
    suffix: &str,
    docs: &str,
    bound: &TokenStream,
    how: impl Fn(&Method) -> (TokenStream, TokenStream),
) -> TokenStream {
    let (visibility, trait_name, table) = (&service.item.vis, &service.item.ident, table(service));
    let client = format_ident!("{trait_name}{suffix}");
    let methods = service.methods.iter().enumerate().map(|(index, method)| {
        let (name, docs) = (&method.name, docs_of(service, method));
        let (function, returned) = how(method);
        let (names, types): (Vec<_>, Vec<_>) = method.arguments.iter().cloned().unzip();
        let call = quote_spanned! {method.span()=>
            ::sabir::__private::#function(&self.0, &#table[#index], &(#(#names,)*))
        };
        quote! {
            #(#docs)*
            #visibility fn #name(&self, #(#names: #types),*) -> #returned {
                #call
            }
        }
    });
    // A method of that name has it instead.
    let timeout = service.methods.iter().all(|method| method.plain_name() != "timeout").then(|| {
        quote! {
            /// The same, but each call ends with `TimedOut` after `limit`, which counts instead of the method's own.
            #visibility fn timeout(&self, limit: ::core::time::Duration) -> #client<::sabir::__private::Limited<C>>
            where
                C: ::core::clone::Clone,
            {
                #client(::sabir::__private::Limited::new(::core::clone::Clone::clone(&self.0), limit))
            }
        }
    });
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility struct #client<C>(C);

        #[allow(dead_code, clippy::too_many_arguments)]
        impl<C: #bound> #client<C> {
            /// Calls over `caller`.
            #visibility fn new(caller: C) -> Self {
                Self(caller)
            }

            #timeout

            #(#methods)*
        }
    }
}

fn docs_of(service: &Service, method: &Method) -> Vec<Attribute> {
    if method.docs.is_empty() {
        let docs = format!("Calls [`{}::{}`].", service.item.ident, method.plain_name());
        return vec![syn::parse_quote!(#[doc = #docs])];
    }
    method.docs.clone()
}

/// The type of a call's result.
fn result(method: &Method) -> TokenStream {
    match &method.returns {
        Returns::Value(ty) => quote!(::core::result::Result<#ty, ::sabir::CallError>),
        Returns::Result { ok, error } => quote!(::core::result::Result<#ok, ::sabir::ServiceError<#error>>),
    }
}
