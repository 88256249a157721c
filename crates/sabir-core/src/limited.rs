//! A caller whose calls end after a time limit of their own.

use crate::codec::Payload;
use crate::error::CallError;
use crate::service::{AsyncCaller, BlockingCaller, Method};
use core::time::Duration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;

/// A caller whose calls end with [`CallError::TimedOut`] after a limit, which counts instead of the method's own.
///
/// `timeout` of a generated client makes it.
#[derive(Clone, Debug)]
pub struct Limited<C> {
    caller: C,
    limit_ms: u32,
}

thread_local! {
    /// The methods that were called with a limit. An endpoint's methods live as long as the program: each is kept once.
    static METHODS: RefCell<Vec<&'static Method>> = const { RefCell::new(Vec::new()) };
}

impl<C> Limited<C> {
    /// Limits the calls over `caller`. Limits count in whole ms, rounded up; the longest is 49 days.
    pub fn new(caller: C, limit: Duration) -> Limited<C> {
        let limit_ms = limit.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u32::MAX);
        Limited { caller, limit_ms }
    }

    fn limited(&self, method: &'static Method) -> &'static Method {
        let wanted = Method { timeout_ms: Some(self.limit_ms), ..*method };
        METHODS.with_borrow_mut(|methods| {
            let known = methods.iter().find(|method| ***method == wanted);
            known.copied().unwrap_or_else(|| {
                let method = Box::leak(Box::new(wanted));
                methods.push(method);
                method
            })
        })
    }
}

impl<C: BlockingCaller> BlockingCaller for Limited<C> {
    fn call(&self, method: &'static Method, arguments: Payload) -> Result<Payload, CallError> {
        self.caller.call(self.limited(method), arguments)
    }

    fn call_value<A: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static Method,
        arguments: &A,
    ) -> Result<T, CallError> {
        self.caller.call_value(self.limited(method), arguments)
    }

    fn send(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.caller.send(method, arguments)
    }
}

impl<C: AsyncCaller> AsyncCaller for Limited<C> {
    type Call = C::Call;

    fn start(&self, method: &'static Method, arguments: Payload) -> C::Call {
        self.caller.start(self.limited(method), arguments)
    }

    fn post(&self, method: &'static Method, arguments: Payload) -> Result<(), CallError> {
        self.caller.post(method, arguments)
    }
}
