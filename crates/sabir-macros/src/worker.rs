//! The export by which a worker's bootstrap finds a program.

use crate::parse::{Problems, after_visibility};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, FnArg, Item, ItemFn, Meta, Result, Signature, Token};

/// The options in `#[sabir::worker(…)]`: what the worker gets before its program runs.
#[derive(Default)]
pub struct Options {
    /// The page's globals, in the worker's global scope.
    globals: bool,
    pipeline: Option<Pipeline>,
}

/// Operations whose results are known beforehand are not waited for.
struct Pipeline {
    /// The errors of operations have their stacks.
    stacks: bool,
}

const OPTIONS: &str = "`#[sabir::worker]` has the options `globals`, `pipeline` and `pipeline(stacks)`, each once: \
                       the page gives all others to the builder";

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Options> {
        let mut options = Options::default();
        for meta in Punctuated::<Meta, Token![,]>::parse_terminated(input)? {
            options.add(&meta).ok_or_else(|| Error::new_spanned(&meta, OPTIONS))?;
        }
        Ok(options)
    }
}

impl Options {
    /// Takes an option; none if there is no such option, or it is there already.
    fn add(&mut self, meta: &Meta) -> Option<()> {
        match meta {
            Meta::Path(path) if path.is_ident("globals") && !self.globals => self.globals = true,
            _ if meta.path().is_ident("pipeline") && self.pipeline.is_none() => {
                self.pipeline = Some(Pipeline { stacks: has_stacks(meta)? });
            }
            _ => return None,
        }
        Some(())
    }

    fn is_empty(&self) -> bool {
        !self.globals && self.pipeline.is_none()
    }

    /// An expression of `sabir_worker::Setup`.
    fn setup(&self) -> TokenStream {
        let globals = self.globals;
        let pipeline = match &self.pipeline {
            Some(Pipeline { stacks }) => quote!(Some(::sabir::__private::Pipeline { stacks: #stacks })),
            None => quote!(None),
        };
        quote!(::sabir::__private::Setup { globals: #globals, pipeline: #pipeline })
    }
}

/// True for `pipeline(stacks)`, false for `pipeline`; none for anything else.
fn has_stacks(pipeline: &Meta) -> Option<bool> {
    match pipeline {
        Meta::Path(_) => Some(false),
        Meta::List(list) => list.parse_args::<Ident>().ok().filter(|option| option == "stacks").map(|_| true),
        Meta::NameValue(_) => None,
    }
}

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

pub fn expand(options: &Options, Program(function): &Program) -> TokenStream {
    let (name, visibility) = (&function.sig.ident, &function.vis);
    let export = format_ident!("__sabir_worker_{}", name.unraw());
    let export_name = export.to_string();
    let setup = options.setup();
    let run = match (options.is_empty(), function.sig.asyncness.is_some()) {
        (true, false) => quote!(::sabir::__private::run_worker),
        (true, true) => quote!(::sabir::__private::run_worker_async),
        (false, false) => quote!(#setup.run),
        (false, true) => quote!(#setup.run_async),
    };
    let entry = name.unraw().to_string();
    let docs = format!("Starts the worker's program [`{entry}`](fn@{name}).");
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
            #run(link, |page| #call)
        }

        #[doc = #docs]
        #[allow(dead_code)]
        #visibility mod #name {
            /// Describes a worker that runs this program.
            pub fn builder() -> ::sabir::__private::WorkerBuilder {
                ::sabir::__private::Worker::builder(#entry)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, Program, expand};

    fn check(program: &str, export: &str) {
        let parsed: Program = syn::parse_str(program).unwrap();
        let file = syn::parse2(expand(&Options::default(), &parsed)).unwrap();
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
}
///Starts the worker's program [`compute`](fn@compute).
#[allow(dead_code)]
mod compute {
    /// Describes a worker that runs this program.
    pub fn builder() -> ::sabir::__private::WorkerBuilder {
        ::sabir::__private::Worker::builder("compute")
    }
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
}
///Starts the worker's program [`try`](fn@r#try).
#[allow(dead_code)]
mod r#try {
    /// Describes a worker that runs this program.
    pub fn builder() -> ::sabir::__private::WorkerBuilder {
        ::sabir::__private::Worker::builder("try")
    }
}"#,
        );
    }
}
