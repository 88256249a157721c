//! The table of methods that both ends share, and the server that dispatches to a handler.

use crate::parse::{Method, Service};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

/// The name of the hidden table.
pub fn table(service: &Service) -> Ident {
    format_ident!("__SABIR_{}", service.item.ident.to_string().to_uppercase())
}

/// The table of methods.
pub fn methods(service: &Service) -> TokenStream {
    let table = table(service);
    let count = service.methods.len();
    let entries = service.methods.iter().map(|method| {
        let name = format!("{}.{}", service.item.ident, method.name);
        let signature = &method.signature;
        let timeout = match method.timeout_ms {
            Some(limit_ms) => quote!(::core::option::Option::Some(#limit_ms)),
            None => quote!(::core::option::Option::None),
        };
        quote!(::sabir::__private::Method::new(#name, #signature, #timeout))
    });
    quote! {
        #[doc(hidden)]
        static #table: [::sabir::__private::Method; #count] = [#(#entries),*];
    }
}

/// `NameServer`.
pub fn server(service: &Service) -> TokenStream {
    let (name, visibility) = (&service.item.ident, service.visibility());
    let (server, table) = (format_ident!("{name}Server"), table(service));
    let docs = format!("Serves a [`{name}`] to the other realm.");
    let arms = service
        .methods
        .iter()
        .enumerate()
        .map(|(index, method)| arm(name, index, method));
    quote! {
        #[doc = #docs]
        #visibility struct #server<T>(::std::rc::Rc<T>);

        impl<T: #name + 'static> #server<T> {
            /// Serves `handler`.
            #[allow(clippy::new_ret_no_self)]
            #visibility fn new(handler: T) -> ::std::rc::Rc<dyn ::sabir::__private::Service> {
                ::std::rc::Rc::new(#server(::std::rc::Rc::new(handler)))
            }
        }

        impl<T: #name + 'static> ::sabir::__private::Service for #server<T> {
            fn methods(&self) -> &'static [::sabir::__private::Method] {
                &#table
            }

            fn serve(
                &self,
                index: usize,
                arguments: ::sabir::__private::Arguments,
            ) -> ::sabir::__private::Answer {
                match index {
                    #(#arms)*
                    _ => ::sabir::__private::Answer::Now(::core::result::Result::Err(
                        ::sabir::__private::Refusal::UnknownMethod,
                    )),
                }
            }
        }
    }
}

fn arm(service: &Ident, index: usize, method: &Method) -> TokenStream {
    let name = &method.name;
    let (names, types): (Vec<_>, Vec<_>) = method.arguments.iter().map(|(name, ty)| (name, ty)).unzip();
    let decode = quote! {
        let (#(#names,)*) = match arguments.decode::<(#(#types,)*)>() {
            ::core::result::Result::Ok(arguments) => arguments,
            ::core::result::Result::Err(refusal) => {
                return ::sabir::__private::Answer::Now(::core::result::Result::Err(refusal));
            }
        };
    };
    let answer = if method.is_async {
        quote! {
            let handler = ::std::rc::Rc::clone(&self.0);
            ::sabir::__private::Answer::Later(::std::boxed::Box::pin(async move {
                ::sabir::__private::encode_result(&#service::#name(&*handler, #(#names),*).await)
            }))
        }
    } else {
        quote!(::sabir::__private::Answer::now(&#service::#name(&*self.0, #(#names),*)))
    };
    quote!(#index => { #decode #answer })
}
