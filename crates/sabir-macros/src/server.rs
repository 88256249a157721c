//! The table of methods that both ends share, and the server that dispatches to a handler.

use crate::parse::{Method, Service};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Index, Type};

/// The name of the hidden table.
pub fn table(service: &Service) -> Ident {
    format_ident!("__SABIR_METHODS_OF_{}", service.item.ident)
}

/// The table of methods.
pub fn methods(service: &Service) -> TokenStream {
    let (trait_name, table, count) = (&service.item.ident, table(service), service.methods.len());
    let entries = service.methods.iter().map(|method| {
        let name = format!("{trait_name}.{}", method.plain_name());
        let signature = &method.signature;
        let timeout = match method.options.timeout_ms {
            Some(limit_ms) => quote!(::core::option::Option::Some(#limit_ms)),
            None => quote!(::core::option::Option::None),
        };
        quote!(::sabir::__private::Method::new(#name, #signature, #timeout))
    });
    let collision = format!("two methods of `{trait_name}` have names of the same hash: rename one of them");
    let span = trait_name.span().resolved_at(Span::call_site());
    let assertion = quote_spanned! {span=>
        const _: () = ::core::assert!(::sabir::__private::Method::are_distinct(&#table), #collision);
    };
    quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        static #table: [::sabir::__private::Method; #count] = [#(#entries),*];

        #assertion
    }
}

/// `NameServer`.
pub fn server(service: &Service) -> TokenStream {
    let (name, visibility) = (&service.item.ident, &service.item.vis);
    let (server, table) = (format_ident!("{name}Server"), table(service));
    let docs = format!("Serves a [`{name}`] to the other realm.");
    let small = small(service);
    let arms = service.methods.iter().enumerate().map(|(index, method)| arm(name, index, method));
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        #[derive(::core::fmt::Debug)]
        #visibility struct #server<T>(::std::rc::Rc<T>);

        #[allow(dead_code, clippy::new_ret_no_self)]
        impl<T: #name + 'static> #server<T> {
            /// A service that serves `handler`.
            #visibility fn new(handler: T) -> ::std::rc::Rc<dyn ::sabir::__private::Service> {
                ::std::rc::Rc::new(Self(::std::rc::Rc::new(handler)))
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
                let handler = &self.0;
                match index {
                    #(#arms)*
                    _ => ::sabir::__private::Answer::Now(::core::result::Result::Err(
                        ::sabir::__private::Refusal::UnknownMethod,
                    )),
                }
            }

            #small
        }
    }
}

/// `serve_small`, where a method can answer at once.
fn small(service: &Service) -> TokenStream {
    let name = &service.item.ident;
    let at_once = service.methods.iter().enumerate().filter(|(_, method)| !method.is_async);
    let arms: Vec<_> = at_once
        .map(|(index, method)| {
            let (parameter, types, call) = call(name, method);
            quote_spanned! {method.span()=>
                #index => ::sabir::__private::SmallAnswer::by(arguments, into, |#parameter: (#(#types,)*)| #call),
            }
        })
        .collect();
    if arms.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn serve_small(
            &self,
            index: usize,
            arguments: &[u8],
            into: &mut [u8],
        ) -> ::sabir::__private::SmallAnswer {
            let handler = &self.0;
            match index {
                #(#arms)*
                _ => ::sabir::__private::SmallAnswer::Declined,
            }
        }
    }
}

/// The closure's parameter, the types it has, and the call of the handler's method.
fn call<'m>(service: &Ident, method: &'m Method) -> (TokenStream, Vec<&'m Type>, TokenStream) {
    let name = &method.name;
    let types: Vec<_> = method.arguments.iter().map(|(_, ty)| ty).collect();
    let at = (0..types.len()).map(Index::from);
    let parameter = if types.is_empty() { quote!(_) } else { quote!(arguments) };
    (parameter, types, quote!(#service::#name(&**handler, #(arguments.#at),*)))
}

fn arm(service: &Ident, index: usize, method: &Method) -> TokenStream {
    let (arguments, types, call) = call(service, method);
    let answer = if method.is_async {
        quote_spanned! {method.span()=>
            {
                let handler = ::std::rc::Rc::clone(handler);
                ::sabir::__private::answer_later(arguments, move |#arguments: (#(#types,)*)| async move {
                    let handler = &handler;
                    #call.await
                })
            }
        }
    } else {
        quote_spanned! {method.span()=>
            ::sabir::__private::answer(arguments, |#arguments: (#(#types,)*)| #call)
        }
    };
    quote!(#index => #answer,)
}
