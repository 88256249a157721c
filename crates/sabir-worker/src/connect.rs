//! Links to other workers, as a program asks for them.

use crate::{ConnectError, Page, Peer};
use std::future::Future;

impl Page {
    /// Links this worker to the one that the page has given `name`. Calls of it do not pass through the page.
    ///
    /// Ready when the other worker has started. It takes the link when it is next in its event loop, and hands it to the
    /// closure of its [`accept`](Page::accept); calls wait until then. Export to it before the next `await`. The link lasts
    /// until one of both [closes](Peer::close) it, or ends.
    ///
    /// ```no_run
    /// # use sabir_worker as sabir;
    /// async fn asks(page: sabir::Page) -> Result<(), Box<dyn std::error::Error>> {
    ///     let calculator = page.connect("calculator").await?;
    ///     let doubled: i32 = calculator.call("double", (21,))?; // blocks
    ///     # let _ = doubled;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ConnectError`]
    pub fn connect(&self, name: &str) -> impl Future<Output = Result<Peer, ConnectError>> + 'static {
        let (page, name) = (self.clone(), name.to_owned());
        async move {
            if let Some(reason) = page.closed() {
                return Err(ConnectError::Closed(reason));
            }
            page.links.connect(&page.remote, name).await
        }
    }

    /// Accepts links of other workers: each is given to `accept`, to export and serve to it. The last closure counts.
    ///
    /// A program accepts before it returns, or first awaits. Without this, a link is closed as soon as it comes.
    ///
    /// ```no_run
    /// # use sabir_worker as sabir;
    /// fn calculates(page: sabir::Page) {
    ///     page.accept(|peer| peer.export("double", |value: i32| 2 * value));
    /// }
    /// ```
    pub fn accept(&self, accept: impl Fn(Peer) + 'static) {
        self.links.accept(&self.remote, accept);
    }
}
