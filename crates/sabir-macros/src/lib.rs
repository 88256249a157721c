//! `#[sabir::service]` and `#[sabir::worker]`; their documentation is for readers of `sabir`.
#![forbid(unsafe_code)]

mod parse;

mod client;

mod server;

mod worker;

use proc_macro::TokenStream;
use quote::quote;
use syn::{Error, Result};

/// Makes a trait a service that one realm serves and the other calls.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// pub enum AskError {
///     Empty { what: String },
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
/// struct Person;
///
/// impl Ask for Person {
///     fn prompt(&self, text: String) -> Result<String, AskError> {
///         if text.is_empty() { Err(AskError::Empty { what: "text".to_owned() }) } else { Ok("Ada".to_owned()) }
///     }
///     fn progress(&self, _done: f64) {}
///     async fn read(&self, _name: String) -> sabir::Bytes {
///         vec![1, 2, 3].into()
///     }
/// }
///
/// # use sabir_core::{CloseReason, Endpoint, Link, NativeWords, Platform, layout::link_bytes};
/// # use std::rc::Rc;
/// # fn endpoint(link: Link<NativeWords>) -> Endpoint<NativeWords> {
/// #     let (now_ms, schedule) = (|| 0.0, || {});
/// #     Endpoint::new(link, Platform { now_ms, schedule, spins: 0, turn_others: || sabir_core::Others::None, wake_by_message: Rc::new(|| {}), nesting: Rc::default() })
/// # }
/// # let words = NativeWords::new(link_bytes(4096));
/// # let link = Link::create(words.clone(), 4096).unwrap();
/// # let thread = std::thread::spawn(move || {
/// #     let page = endpoint(link);
/// // On the page. Nothing blocks here.
/// page.serve(AskServer::new(Person));
/// #     while page.turn(1).is_ok() && page.check_open().is_ok() { std::thread::yield_now() }
/// # });
/// # let page = endpoint(Link::attach(words).unwrap());
/// # let link = page.clone();
///
/// // In the worker. Each call blocks until the page has answered.
/// let ask = AskClient::new(page);
/// assert_eq!(ask.prompt("Your name?".to_owned())?, "Ada");
/// ask.progress(0.5)?;
/// assert_eq!(*ask.read("a.bin".to_owned())?, [1, 2, 3]);
///
/// // The handler's own errors cross as themselves.
/// let empty = AskError::Empty { what: "text".to_owned() };
/// assert_eq!(ask.prompt(String::new()), Err(sabir::ServiceError::Service(empty)));
/// # link.close(&CloseReason::Closed);
/// # thread.join().unwrap();
/// # Ok::<(), sabir::ServiceError<AskError>>(())
/// ```
///
/// # The trait
/// The trait stays, for the serving realm to implement.
/// - Methods take `&self`, since calls may come while another is served.
/// - Arguments and results are owned types that implement serde's `Serialize` and `Deserialize`;
///   bulk data is [`Bytes`](../sabir/struct.Bytes.html), which are copied once and not encoded, wherever they stand in a value.
/// - A method may be an `async fn`: its caller waits, and the realm that serves it goes on meanwhile.
/// - Neither the trait nor its methods have type parameters, lifetimes, default bodies, or associated items.
///
/// # What it generates
/// For a trait `Ask`, as visible as the trait:
///
/// | item | over | its methods |
/// |---|---|---|
/// | `AskClient::new(caller)` | what can block, as a worker's `Page` | block until the answer is there |
/// | `AskAsyncClient::new(caller)` | what must not block, as the page's `Worker` | return a future; the call is on its way already |
/// | `AskServer::new(handler)` | any `T: Ask + 'static` | none: it is what `serve` takes |
///
/// Clients take the same arguments, by value. What a call comes to depends on what the trait's method returns:
///
/// | in the trait | in the clients |
/// |---|---|
/// | `Result<T, E>`, written so | `Result<T, ServiceError<E>>` |
/// | any other `T`, or nothing | `Result<T, CallError>` |
/// | nothing, and it is one-way | `Result<(), CallError>`, at once in both clients |
///
/// # Attributes of methods
/// - `#[sabir(timeout_ms = 500)]`: callers wait that long, then fail with `CallError::TimedOut`.
///   Without it they wait as long as it takes.
/// - `#[sabir(one_way)]`: callers do not wait. One-way calls keep their order with all others.
///
/// # Errors
/// A method is found by `Trait.method`, and compared by its argument and result types as they are written.
/// So two builds that do not agree get `CallError::UnknownMethod` or `CallError::SignatureMismatch`;
/// where only the definition of a type differs, mostly `CallError::ArgumentMismatch` or `CallError::ResultMismatch`.
///
/// # Cancellation
/// Dropping a future of `AskAsyncClient` cancels the call: an async handler is dropped, a late answer too.
#[proc_macro_attribute]
pub fn service(options: TokenStream, item: TokenStream) -> TokenStream {
    let expanded =
        no_options(options, "`#[sabir::service]` has no options: methods have, as `#[sabir(one_way)]`")
            .and_then(|()| syn::parse(item))
            .map(|service| expand_service(&service));
    expanded.unwrap_or_else(Error::into_compile_error).into()
}

fn expand_service(service: &parse::Service) -> proc_macro2::TokenStream {
    let item = &service.item;
    let (methods, server) = (server::methods(service), server::server(service));
    let (blocking, awaited) = (client::blocking(service), client::awaited(service));
    quote!(#item #methods #blocking #awaited #server)
}

/// Makes a function a worker's program: `Worker::builder("its name").spawn()` runs it in a web worker.
///
/// It takes a `sabir::Page`, and returns `()` or a `Result<(), E>` whose `E` can be displayed; it may be async.
/// Names are unique within a wasm package.
///
/// ```no_run
/// #[sabir::worker]
/// fn compute(page: sabir::Page) -> Result<(), sabir::CallError> {
///     let _ = page;
///     Ok(())
/// }
///
/// // A module of the same name, so that a typing error is found by the compiler.
/// let builder = compute::builder();
/// ```
///
/// `#[sabir::worker(globals)]` first gives the worker's global scope the page's `window`, `document` and classes, so that code
/// which was written for a page runs: see `Page::install_globals`. It needs the feature `page`, which is on by default, and
/// a page that says `.window(WindowPolicy::all())`.
///
/// `#[sabir::worker(pipeline)]` has the worker not wait for operations on the page's objects whose results are known beforehand,
/// such as `set_attribute`, `create_element` and `append_child`; the page performs them meanwhile, in order. Their `Result` is
/// `Ok`: an error comes with the next operation that waits. `pipeline(stacks)` adds the worker's stack to it, which costs time
/// for each operation. It needs the same as `globals`; both go together. Without shared memory it has no effect.
#[proc_macro_attribute]
pub fn worker(options: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = syn::parse(options)
        .and_then(|options| Ok((options, syn::parse(item)?)))
        .map(|(options, program)| worker::expand(&options, &program));
    expanded.unwrap_or_else(Error::into_compile_error).into()
}

fn no_options(options: TokenStream, message: &str) -> Result<()> {
    if options.is_empty() {
        return Ok(());
    }
    Err(Error::new_spanned(proc_macro2::TokenStream::from(options), message))
}
