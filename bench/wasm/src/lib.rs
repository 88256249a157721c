//! Sabir's part of the benchmark: the page serves [`Desk`], and has a worker, the [`Runner`], call it.
#![forbid(unsafe_code)]

mod bare;
mod elements;
mod walk;

use js_sys::{Float64Array, Int32Array, SharedArrayBuffer, WebAssembly};
use sabir::{Bytes, CallError, Page, Worker};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// Served by the page.
#[sabir::service]
pub trait Desk {
    /// Returns what it is given.
    fn echo(&self, value: i32) -> i32;
    /// Returns the bytes it is given.
    fn bytes(&self, bytes: Bytes) -> Bytes;
    /// Never answers; its callers wait for 100 ms.
    #[sabir(timeout_ms = 100)]
    async fn never(&self);
    /// Never answers.
    async fn forever(&self);
}

/// Served by the worker, which blocks meanwhile. Times are in ms.
#[sabir::service]
pub trait Runner {
    /// Calls `echo` for some ms; calls per second.
    fn hot(&self, for_ms: f64) -> f64;
    /// Calls `echo` after each of the pauses; how long each call took.
    fn cold(&self, pauses_ms: Vec<f64>) -> Vec<f64>;
    /// Echoes a number of bytes repeatedly; gives the time of each echo.
    fn bulk(&self, len: u32, times: u32) -> Vec<f64>;
    /// Calls `echo` so often; how many answers were wrong, and the bytes of the worker's memory before and after.
    fn many(&self, calls: u32) -> (u32, f64, f64);
    /// How long a call takes that times out after 100 ms.
    fn timed_out(&self) -> f64;
    /// Blocks until interrupted; true if it was.
    fn interrupted(&self) -> bool;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
    #[wasm_bindgen(js_namespace = Atomics, js_name = wait)]
    fn atomics_wait(array: &Int32Array, index: u32, value: i32, timeout_ms: f64) -> JsValue;
}

fn memory_bytes() -> f64 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length().into()
}

struct PageDesk;

impl Desk for PageDesk {
    fn echo(&self, value: i32) -> i32 {
        value
    }

    fn bytes(&self, bytes: Bytes) -> Bytes {
        bytes
    }

    async fn never(&self) {
        std::future::pending().await
    }

    async fn forever(&self) {
        std::future::pending().await
    }
}

struct PageRunner(DeskClient<Page>);

impl PageRunner {
    fn echo(&self, value: i32) -> i32 {
        self.0.echo(value).expect_throw("the page answers")
    }
}

impl Runner for PageRunner {
    fn hot(&self, for_ms: f64) -> f64 {
        let (start, mut calls) = (now(), 0);
        while now() - start < for_ms {
            for _ in 0..50 {
                assert_eq!(self.echo(calls), calls);
                calls += 1;
            }
        }
        f64::from(calls) / (now() - start) * 1000.0
    }

    fn cold(&self, pauses_ms: Vec<f64>) -> Vec<f64> {
        let quiet = Int32Array::new(&SharedArrayBuffer::new(4));
        let timed = pauses_ms.into_iter().map(|pause_ms| {
            atomics_wait(&quiet, 0, 0, pause_ms);
            let start = now();
            self.echo(1);
            now() - start
        });
        timed.collect()
    }

    fn bulk(&self, len: u32, times: u32) -> Vec<f64> {
        let bytes = Bytes::from(vec![7; len as usize]);
        let timed = (0..times).map(|_| {
            let start = now();
            let back = self.0.bytes(bytes.clone()).expect_throw("the page answers");
            assert_eq!(back.len(), bytes.len());
            now() - start
        });
        timed.collect()
    }

    fn many(&self, calls: u32) -> (u32, f64, f64) {
        let before = memory_bytes();
        let wrong = (0..calls as i32).filter(|value| self.echo(*value) != *value).count();
        (wrong as u32, before, memory_bytes())
    }

    fn timed_out(&self) -> f64 {
        let start = now();
        let ended = self.0.never();
        assert!(matches!(ended, Err(CallError::TimedOut { .. })));
        now() - start
    }

    fn interrupted(&self) -> bool {
        matches!(self.0.forever(), Err(CallError::Interrupted { .. }))
    }
}

/// The worker.
#[sabir::worker]
pub fn runner(page: Page) {
    page.serve(RunnerServer::new(PageRunner(DeskClient::new(page.clone()))));
}

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

fn thrown(error: impl ToString) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

fn worker() -> Result<Worker, JsValue> {
    WORKER.with_borrow(|worker| worker.clone()).ok_or_else(|| thrown("call `start` first"))
}

fn runner_client() -> Result<RunnerAsyncClient<Worker>, JsValue> {
    worker().map(RunnerAsyncClient::new)
}

/// Starts the worker.
#[wasm_bindgen]
pub async fn start() -> Result<(), JsValue> {
    let worker = Worker::builder("runner").serve(DeskServer::new(PageDesk)).spawn().await.map_err(thrown)?;
    WORKER.set(Some(worker));
    Ok(())
}

/// Calls per second.
#[wasm_bindgen]
pub async fn hot(for_ms: f64) -> Result<f64, JsValue> {
    runner_client()?.hot(for_ms).await.map_err(thrown)
}

/// ms, for each call.
#[wasm_bindgen]
pub async fn cold(pauses_ms: Vec<f64>) -> Result<Float64Array, JsValue> {
    let times = runner_client()?.cold(pauses_ms).await.map_err(thrown)?;
    Ok(Float64Array::from(times.as_slice()))
}

/// ms, for each echo.
#[wasm_bindgen]
pub async fn bulk(len: u32, times: u32) -> Result<Float64Array, JsValue> {
    let times = runner_client()?.bulk(len, times).await.map_err(thrown)?;
    Ok(Float64Array::from(times.as_slice()))
}

/// Wrong answers, then bytes of memory before and after: of the worker, of the page.
#[wasm_bindgen]
pub async fn many(calls: u32) -> Result<Vec<f64>, JsValue> {
    let page_before = memory_bytes();
    let (wrong, before, after) = runner_client()?.many(calls).await.map_err(thrown)?;
    Ok(vec![f64::from(wrong), before, after, page_before, memory_bytes()])
}

/// ms until a call ends that times out after 100 ms.
#[wasm_bindgen]
pub async fn timed_out() -> Result<f64, JsValue> {
    runner_client()?.timed_out().await.map_err(thrown)
}

/// ms from the interrupt of a blocked worker until the page knows that its call has ended.
#[wasm_bindgen]
pub async fn interrupted(blocked_for: js_sys::Promise) -> Result<f64, JsValue> {
    let interrupted = runner_client()?.interrupted();
    wasm_bindgen_futures::JsFuture::from(blocked_for).await?;
    let start = now();
    worker()?.interrupt();
    let ended = interrupted.await.map_err(thrown)?;
    if ended { Ok(now() - start) } else { Err(thrown("the call did not end by the interrupt")) }
}

/// ms from terminating a worker that is blocked in a call until another one has answered.
#[wasm_bindgen]
pub async fn restarted() -> Result<f64, JsValue> {
    let _blocked = runner_client()?.interrupted();
    let start_ms = now();
    worker()?.terminate();
    start().await?;
    runner_client()?.hot(0.0).await.map_err(thrown)?;
    Ok(now() - start_ms)
}
