//! The two clients of a service: one that blocks, one that is awaited.

use crate::parse::{Method, Returns, Service};
use crate::server::table;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// `NameClient` and `NameAsyncClient`.
pub fn clients(service: &Service) -> TokenStream {
    let (name, visibility, table) = (&service.item.ident, service.visibility(), table(service));
    let blocking = format_ident!("{name}Client");
    let awaited = format_ident!("{name}AsyncClient");
    let blocking_docs = format!("Calls a [`{name}`] of the other realm, and blocks until it has answered.");
    let awaited_docs = format!("Calls a [`{name}`] of the other realm, to be awaited.");
    let methods = || service.methods.iter().enumerate();
    let blocking_methods =
        methods().map(|(index, method)| blocking_method(visibility, &table, index, method));
    let awaited_methods = methods().map(|(index, method)| awaited_method(visibility, &table, index, method));
    quote! {
        #[doc = #blocking_docs]
        #[derive(Clone, Debug)]
        #visibility struct #blocking<C>(C);

        impl<C: ::sabir::__private::BlockingCaller> #blocking<C> {
            /// Calls over `caller`.
            #visibility fn new(caller: C) -> Self {
                #blocking(caller)
            }

            #(#blocking_methods)*
        }

        #[doc = #awaited_docs]
        #[derive(Clone, Debug)]
        #visibility struct #awaited<C>(C);

        impl<C: ::sabir::__private::AsyncCaller> #awaited<C> {
            /// Calls over `caller`.
            #visibility fn new(caller: C) -> Self {
                #awaited(caller)
            }

            #(#awaited_methods)*
        }
    }
}

fn blocking_method(
    visibility: &syn::Visibility,
    table: &syn::Ident,
    index: usize,
    method: &Method,
) -> TokenStream {
    let (name, docs, result) = (&method.name, &method.docs, result(method));
    let (parameters, encode) = parameters(method);
    let call = if method.one_way {
        quote!(::sabir::__private::BlockingCaller::send(
            &self.0, method, arguments
        ))
    } else {
        let decode = decode(method);
        quote! {
            let payload = ::sabir::__private::BlockingCaller::call(&self.0, method, arguments)?;
            #decode
        }
    };
    quote! {
        #(#docs)*
        #[allow(clippy::too_many_arguments)]
        #visibility fn #name(&self, #parameters) -> #result {
            let method = &#table[#index];
            let arguments = #encode?;
            #call
        }
    }
}

fn awaited_method(
    visibility: &syn::Visibility,
    table: &syn::Ident,
    index: usize,
    method: &Method,
) -> TokenStream {
    let (name, docs, result) = (&method.name, &method.docs, result(method));
    let (parameters, encode) = parameters(method);
    if method.one_way {
        return quote! {
            #(#docs)*
            #[allow(clippy::too_many_arguments)]
            #visibility fn #name(&self, #parameters) -> #result {
                let method = &#table[#index];
                ::sabir::__private::AsyncCaller::post(&self.0, method, #encode?)
            }
        };
    }
    let decode = decode(method);
    quote! {
        #(#docs)*
        #[allow(clippy::too_many_arguments)]
        #visibility fn #name(
            &self,
            #parameters
        ) -> impl ::core::future::Future<Output = #result> + 'static + use<C> {
            let method = &#table[#index];
            let call = #encode.map(|arguments| {
                ::sabir::__private::AsyncCaller::start(&self.0, method, arguments)
            });
            async move {
                let payload = call?.await?;
                #decode
            }
        }
    }
}

/// The parameter list, and the expression that encodes it.
fn parameters(method: &Method) -> (TokenStream, TokenStream) {
    let (names, types): (Vec<_>, Vec<_>) = method.arguments.iter().map(|(name, ty)| (name, ty)).unzip();
    (
        quote!(#(#names: #types),*),
        quote!(method.encode_arguments(&(#(&#names,)*))),
    )
}

/// What a client's method returns.
fn result(method: &Method) -> TokenStream {
    match &method.returns {
        Returns::Value(ty) => quote!(::core::result::Result<#ty, ::sabir::CallError>),
        Returns::Result { ok, error } => quote!(::core::result::Result<#ok, ::sabir::ServiceError<#error>>),
    }
}

/// The expression that turns the answer into it.
fn decode(method: &Method) -> TokenStream {
    match &method.returns {
        Returns::Value(_) => quote!(method.decode_result(payload)),
        Returns::Result { ok, error } => quote! {
            method
                .decode_result::<::core::result::Result<#ok, #error>>(payload)?
                .map_err(::sabir::ServiceError::Service)
        },
    }
}
