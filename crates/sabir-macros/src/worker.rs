//! The export by which a worker's bootstrap finds a program.

use crate::parse::{Problems, after_visibility};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{FnArg, Item, ItemFn, Result, Signature};

/// A checked function.
pub struct Program(ItemFn);

impl Parse for Program {
    fn parse(input: ParseStream) -> Result<Program> {
        let ahead = after_visibility(input)?;
        let Item::Fn(function) = input.parse()? else {
            return Err(ahead.error("a worker's program is a function: put `#[sabir::worker]` on one"));
        };
        check(&function.sig)?;
        Ok(Program(function))
    }
}

fn check(signature: &Signature) -> Result<()> {
    let mut problems = Problems::default();
    if let Some(unsafety) = &signature.unsafety {
        problems.add(unsafety, "a worker's program is called by safe code: remove `unsafe`");
    }
    if let Some(abi) = &signature.abi {
        problems.add(abi, "a worker's program is called from Rust: remove `extern`");
    }
    if !signature.generics.params.is_empty() {
        problems.add(
            &signature.generics,
            "a worker's program has no type parameters and no lifetimes: nothing in its realm could choose them",
        );
    }
    const ARGUMENT: &str = "a worker's program takes one argument, the page: `(page: sabir::Page)`";
    let mut inputs = signature.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(_)), None) => {}
        (None, _) => problems.add(&signature.ident, ARGUMENT),
        _ => problems.add(&signature.inputs, ARGUMENT),
    }
    problems.finish()
}

pub fn expand(Program(function): &Program) -> TokenStream {
    let name = &function.sig.ident;
    let export = format_ident!("__sabir_worker_{}", name.unraw());
    let export_name = export.to_string();
    let run = match function.sig.asyncness {
        Some(_) => quote!(run_worker_async),
        None => quote!(run_worker),
    };
    let page = function.sig.inputs.span().resolved_at(Span::call_site());
    let call = quote_spanned!(page=> #name(page));
    quote! {
        #function

        #[doc(hidden)]
        #[::sabir::__private::wasm_bindgen::prelude::wasm_bindgen(
            js_name = #export_name,
            wasm_bindgen = ::sabir::__private::wasm_bindgen
        )]
        pub fn #export(link: ::sabir::__private::JsValue) -> ::sabir::__private::Promise {
            ::sabir::__private::#run(link, |page| #call)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, expand};

    fn check(program: &str, export: &str) {
        let parsed: Program = syn::parse_str(program).unwrap();
        let file = syn::parse2(expand(&parsed)).unwrap();
        assert_eq!(prettyplease::unparse(&file), format!("{program}\n{export}\n"));
    }

    #[test]
    fn a_program_is_kept_and_exported() {
        check(
            "fn compute(page: sabir::Page) {}",
            r#"#[doc(hidden)]
#[::sabir::__private::wasm_bindgen::prelude::wasm_bindgen(
    js_name = "__sabir_worker_compute",
    wasm_bindgen = ::sabir::__private::wasm_bindgen
)]
pub fn __sabir_worker_compute(
    link: ::sabir::__private::JsValue,
) -> ::sabir::__private::Promise {
    ::sabir::__private::run_worker(link, |page| compute(page))
}"#,
        );
    }

    #[test]
    fn an_async_program_is_run_as_one() {
        check(
            "async fn r#try(page: sabir::Page) {}",
            r#"#[doc(hidden)]
#[::sabir::__private::wasm_bindgen::prelude::wasm_bindgen(
    js_name = "__sabir_worker_try",
    wasm_bindgen = ::sabir::__private::wasm_bindgen
)]
pub fn __sabir_worker_try(
    link: ::sabir::__private::JsValue,
) -> ::sabir::__private::Promise {
    ::sabir::__private::run_worker_async(link, |page| r#try(page))
}"#,
        );
    }
}
