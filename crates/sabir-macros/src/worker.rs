//! The export by which a worker's bootstrap finds a program.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, ItemFn, Result};

pub fn expand(arguments: TokenStream, function: ItemFn) -> Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(
            arguments,
            "`#[sabir::worker]` takes no arguments",
        ));
    }
    let signature = &function.sig;
    if !signature.generics.params.is_empty() || signature.unsafety.is_some() || signature.abi.is_some() {
        return Err(Error::new_spanned(
            signature,
            "a worker's program is a plain function, or an async one",
        ));
    }
    if signature.inputs.len() != 1 {
        return Err(Error::new_spanned(
            signature,
            "a worker's program takes one argument, a `sabir::Page`",
        ));
    }
    let name = &signature.ident;
    let export = format_ident!("__sabir_worker_{name}");
    let export_name = export.to_string();
    let run = if signature.asyncness.is_some() {
        quote!(run_worker_async)
    } else {
        quote!(run_worker)
    };
    Ok(quote! {
        #function

        #[doc(hidden)]
        #[::sabir::__private::wasm_bindgen::prelude::wasm_bindgen(
            js_name = #export_name,
            wasm_bindgen = ::sabir::__private::wasm_bindgen,
        )]
        pub fn #export(start: ::sabir::__private::JsValue) -> ::sabir::__private::Promise {
            ::sabir::__private::#run(start, #name)
        }
    })
}
