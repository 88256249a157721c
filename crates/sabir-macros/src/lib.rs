//! `#[sabir::service]` and `#[sabir::worker]`; their documentation is for readers of `sabir`.

mod parse;

mod client;

mod server;

mod worker;

use proc_macro::TokenStream;
use quote::quote;
use syn::parse_macro_input;

/// Makes a trait a service that one realm serves and the other calls.
///
/// Beside the trait `Name`, which the serving realm implements, it generates
/// - `NameServer::new(handler)`: what `serve` takes;
/// - `NameClient::new(caller)`: blocking methods, for a worker;
/// - `NameAsyncClient::new(caller)`: async methods, for the page (a call is on its way when its method returns).
///
/// Methods take `&self` and owned arguments that implement serde's traits; [`Bytes`](../sabir/struct.Bytes.html) travel
/// without a codec. A client's method returns `Result<T, CallError>`, or, where the trait's method returns `Result<T, E>`,
/// `Result<T, ServiceError<E>>`: the handler's own errors cross as themselves.
///
/// Attributes of methods:
/// - `#[sabir(timeout_ms = 500)]`: its callers wait that long, then fail with `CallError::TimedOut`;
/// - `#[sabir(one_way)]`: its callers do not wait; one-way calls keep their order with all others.
///
/// A handler may be an `async fn`: its caller still waits, its realm's event loop goes on.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// pub enum AskError {
///     Cancelled,
/// }
///
/// #[sabir::service]
/// pub trait Ask {
///     /// Asks the person.
///     fn prompt(&self, text: String) -> Result<String, AskError>;
///     /// Tells how far the work is; nobody waits for it.
///     #[sabir(one_way)]
///     fn progress(&self, done: f64);
///     /// Reads a file.
///     #[sabir(timeout_ms = 60_000)]
///     async fn read(&self, name: String) -> sabir::Bytes;
/// }
///
/// struct Page;
///
/// impl Ask for Page {
///     fn prompt(&self, text: String) -> Result<String, AskError> {
///         if text.is_empty() { Err(AskError::Cancelled) } else { Ok("Ada".to_owned()) }
///     }
///     fn progress(&self, _done: f64) {}
///     async fn read(&self, _name: String) -> sabir::Bytes {
///         vec![1, 2, 3].into()
///     }
/// }
///
/// fn program(page: sabir::Page) -> Result<(), sabir::ServiceError<AskError>> {
///     let page = AskClient::new(page);
///     let name = page.prompt("Your name?".to_owned())?;
///     page.progress(0.5)?;
///     let bytes = page.read(name)?;
///     assert_eq!(*bytes, [1, 2, 3]);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        let arguments = proc_macro2::TokenStream::from(arguments);
        let error = syn::Error::new_spanned(
            arguments,
            "`#[sabir::service]` takes no arguments: options go on methods",
        );
        return error.into_compile_error().into();
    }
    let service = match parse::Service::parse(parse_macro_input!(item)) {
        Ok(service) => service,
        Err(error) => return error.into_compile_error().into(),
    };
    let (item, methods) = (&service.item, server::methods(&service));
    let (server, clients) = (server::server(&service), client::clients(&service));
    quote! { #item #methods #server #clients }.into()
}

/// Makes a function a worker's program: `Worker::builder("its name").spawn()` runs it in a web worker.
///
/// It takes a `sabir::Page`, and returns `()` or a `Result<(), E>` whose `E` can be displayed; it may be async.
/// Names are unique within a wasm package.
///
/// ```
/// #[sabir::worker]
/// fn compute(page: sabir::Page) -> Result<(), sabir::CallError> {
///     let _ = page;
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn worker(arguments: TokenStream, item: TokenStream) -> TokenStream {
    worker::expand(arguments.into(), parse_macro_input!(item))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
