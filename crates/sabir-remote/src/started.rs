//! Async calls in flight, whose answers JavaScript is given.

use crate::buffers::{address, keep_arrived};
use crate::errors::error_of;
use crate::host::Host;
use sabir_core::CallError;
use sabir_core::codec::Payload;
use sabir_core::service::AsyncCaller;
use sabir_core::slab::Slab;
use sabir_realm::JsEndpoint;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// An async call of the endpoint.
pub type JsCall = <JsEndpoint as AsyncCaller>::Call;

/// Tokens are integers that JavaScript's numbers hold. So many are not used up: no realm lives for 2^53 calls.
pub const TOKENS: u64 = (1 << 53) - 1;

thread_local! {
    /// The async calls in flight of all links; `None` while one is polled.
    static STARTED: RefCell<Slab<Option<Started>>> = const { RefCell::new(Slab::new(TOKENS)) };
}

/// An async call in flight, which is polled when it is woken, by whoever wakes it.
///
/// An executor would poll it in a microtask, and the pump that has woken it keeps those waiting.
pub struct Started {
    call: JsCall,
    host: Rc<Host>,
    token: f64,
    deliver: Deliver,
}

/// Tells JavaScript how a call ended.
pub type Deliver = fn(&Host, f64, Result<Payload, CallError>);

/// Wakes the async call of its number.
struct StartedWaker(u64);

impl Wake for StartedWaker {
    fn wake(self: Arc<Self>) {
        Started::poll(self.0);
    }
}

impl Started {
    /// Polls `call` until it has ended, then has `deliver` tell `host`.
    #[inline(never)]
    pub fn watch(call: JsCall, host: Rc<Host>, token: f64, deliver: Deliver) {
        let started = Started { call, host, token, deliver };
        let number = STARTED.with_borrow_mut(|all| all.insert(Some(started)));
        Started::poll(number);
    }

    fn poll(number: u64) {
        let Some(mut started) = STARTED.with_borrow_mut(|all| all.get_mut(number)?.take()) else {
            return;
        };
        let waker = Waker::from(Arc::new(StartedWaker(number)));
        match Pin::new(&mut started.call).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => {
                STARTED.with_borrow_mut(|all| all.remove(number));
                (started.deliver)(&started.host, started.token, outcome);
                // Code that awaits it runs once the pump has ended its slice.
                sabir_realm::give_way();
            }
            Poll::Pending => STARTED.with_borrow_mut(|all| {
                if let Some(place) = all.get_mut(number) {
                    *place = Some(started);
                }
            }),
        }
    }
}

/// Gives the answer to `Host::answered`, or the error to `Host::failed`.
pub fn deliver(host: &Host, token: f64, outcome: Result<Payload, CallError>) {
    match outcome {
        Ok(Payload { body, attachments }) => {
            keep_arrived(attachments);
            host.answered(token, address(&body), body.len() as u32);
        }
        Err(error) => host.failed(token, &error_of(host, &error)),
    }
}
