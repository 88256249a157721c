//! Names for generated code. Not for programs: they change with the macros.
//!
//! Generated code only picks a function and gives it a method and a tuple, so that it has no names of its own
//! that an argument's name could meet.

pub use js_sys::Promise;
pub use sabir_core::Refusal;
pub use sabir_core::limited::Limited;
pub use sabir_core::service::{Answer, Arguments, AsyncCaller, BlockingCaller, Method, Service, SmallAnswer};
pub use sabir_main::{Worker, WorkerBuilder};
#[cfg(feature = "page")]
pub use sabir_worker::{Pipeline, Setup};
pub use sabir_worker::{run as run_worker, run_async as run_worker_async};
pub use wasm_bindgen;
pub use wasm_bindgen::JsValue;

use sabir_core::service::encode_result;
use sabir_core::{CallError, ServiceError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Calls and blocks until the answer is there.
pub fn call<A: Serialize, T: DeserializeOwned>(
    caller: &impl BlockingCaller,
    method: &'static Method,
    arguments: &A,
) -> Result<T, CallError> {
    caller.call_value(method, arguments)
}

/// [`call`] of a method that returns a `Result`.
pub fn try_call<A: Serialize, T: DeserializeOwned, E: DeserializeOwned>(
    caller: &impl BlockingCaller,
    method: &'static Method,
    arguments: &A,
) -> Result<T, ServiceError<E>> {
    call::<A, Result<T, E>>(caller, method, arguments)?.map_err(ServiceError::Service)
}

/// Sends a one-way call; blocks only while there is no space for it.
pub fn send<A: Serialize>(
    caller: &impl BlockingCaller,
    method: &'static Method,
    arguments: &A,
) -> Result<(), CallError> {
    caller.send(method, method.encode_arguments(arguments)?)
}

/// Calls; the call is on its way when this returns.
pub fn start<C: AsyncCaller, A: Serialize, T: DeserializeOwned>(
    caller: &C,
    method: &'static Method,
    arguments: &A,
) -> impl Future<Output = Result<T, CallError>> + 'static + use<C, A, T> {
    let call = method.encode_arguments(arguments).map(|arguments| caller.start(method, arguments));
    async move { method.decode_result(call?.await?) }
}

/// [`start`] of a method that returns a `Result`.
pub fn try_start<C: AsyncCaller, A: Serialize, T: DeserializeOwned, E: DeserializeOwned>(
    caller: &C,
    method: &'static Method,
    arguments: &A,
) -> impl Future<Output = Result<T, ServiceError<E>>> + 'static + use<C, A, T, E> {
    let call = start::<C, A, Result<T, E>>(caller, method, arguments);
    async move { call.await?.map_err(ServiceError::Service) }
}

/// Sends a one-way call; does not block.
pub fn post<A: Serialize>(
    caller: &impl AsyncCaller,
    method: &'static Method,
    arguments: &A,
) -> Result<(), CallError> {
    caller.post(method, method.encode_arguments(arguments)?)
}

/// Answers with what `handler` returns.
pub fn answer<A: DeserializeOwned, T: Serialize>(
    arguments: Arguments,
    handler: impl FnOnce(A) -> T,
) -> Answer {
    match arguments.decode() {
        Ok(arguments) => Answer::now(&handler(arguments)),
        Err(refusal) => Answer::Now(Err(refusal)),
    }
}

/// Answers with what `handler`'s future returns, once it does.
pub fn answer_later<A: DeserializeOwned, F: Future<Output: Serialize> + 'static>(
    arguments: Arguments,
    handler: impl FnOnce(A) -> F,
) -> Answer {
    match arguments.decode().map(handler) {
        Ok(answer) => Answer::Later(Box::pin(async { encode_result(&answer.await) })),
        Err(refusal) => Answer::Now(Err(refusal)),
    }
}
