//! What async clients get back, and when their calls leave.

use crate::harness::{NativeEndpoint, platform, serve_until_closed, with_link};
use sabir::{CallError, CloseReason, ServiceError};
use std::cell::Cell;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

#[sabir::service]
trait Sum {
    fn add(&self, left: u32, right: u32) -> Result<u32, String>;
    #[sabir(one_way)]
    fn keep(&self, value: u32);
    fn kept(&self) -> u32;
    #[sabir(timeout_ms = 50)]
    async fn never(&self);
}

#[sabir::service]
trait Relay {
    async fn add_there(&self, left: u32, right: u32) -> Result<u32, String>;
}

#[derive(Default)]
struct Adder {
    kept: Cell<u32>,
}

impl Sum for Adder {
    fn add(&self, left: u32, right: u32) -> Result<u32, String> {
        left.checked_add(right).ok_or_else(|| format!("{left} + {right} is too much"))
    }

    fn keep(&self, value: u32) {
        self.kept.set(value);
    }

    fn kept(&self) -> u32 {
        self.kept.get()
    }

    async fn never(&self) {
        std::future::pending().await
    }
}

/// The page's handler asks the worker that waits for it.
struct Back(SumAsyncClient<NativeEndpoint>);

impl Relay for Back {
    async fn add_there(&self, left: u32, right: u32) -> Result<u32, String> {
        self.0.add(left, right).await.map_err(|error| error.to_string())
    }
}

/// Turns `endpoint` until `future` is done.
fn block_on<F: Future>(endpoint: &NativeEndpoint, future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        let _ = endpoint.turn(1);
        endpoint.expire((platform().now_ms)());
        std::thread::yield_now();
    }
}

/// Runs `test` on the page, while the worker serves an [`Adder`].
fn with_adder<R: Send + 'static>(
    test: impl FnOnce(&NativeEndpoint, SumAsyncClient<NativeEndpoint>) -> R + Send + 'static,
) -> R {
    let (sender, outcome) = mpsc::channel();
    let page = move |endpoint: &NativeEndpoint| {
        let result = test(endpoint, SumAsyncClient::new(endpoint.clone()));
        sender.send(result).unwrap();
        endpoint.close(&CloseReason::Closed);
    };
    with_link(4096, page, |worker| {
        worker.serve(SumServer::new(Adder::default()));
        serve_until_closed(worker);
    });
    outcome.recv().expect("the page's thread was joined without a panic")
}

#[test]
fn the_page_calls_the_worker() {
    let (sum, error) =
        with_adder(|page, adder| (block_on(page, adder.add(2, 3)), block_on(page, adder.add(u32::MAX, 1))));
    assert_eq!(sum, Ok(5));
    assert_eq!(error, Err(ServiceError::Service("4294967295 + 1 is too much".to_owned())));
}

#[test]
fn a_call_is_on_its_way_before_it_is_awaited_and_outlives_its_client() {
    let (made, kept, sum) = with_adder(|page, adder| {
        adder.keep(7).unwrap();
        let (kept, sum) = (adder.kept(), adder.add(1, 1));
        drop(adder);
        (page.counts().made, block_on(page, kept), block_on(page, sum))
    });
    assert_eq!((made, kept, sum), (3, Ok(7), Ok(2)));
}

#[test]
fn an_async_call_has_the_timeout_its_method_declares() {
    let outcome = with_adder(|page, adder| block_on(page, adder.never()));
    let expected = CallError::TimedOut { method: "Sum.never".to_owned(), limit_ms: 50 };
    assert_eq!(outcome, Err(expected));
}

#[test]
fn a_handler_calls_back_into_the_worker_that_waits_for_it() {
    let page = |endpoint: &NativeEndpoint| {
        endpoint.serve(RelayServer::new(Back(SumAsyncClient::new(endpoint.clone()))));
    };
    with_link(4096, page, |worker| {
        worker.serve(SumServer::new(Adder::default()));
        assert_eq!(RelayClient::new(worker.clone()).add_there(20, 22), Ok(42));
    });
}
