//! A page without the headers that allow shared memory: runs the behaviours over a transport that does without, and tells
//! which transport a worker gets.

use crate::behaviours::{self, Over};
use crate::services::{Clerk, DeskServer};
use sabir::{Transport, Worker};
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen::prelude::*;

type Behaviour = fn(Over) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! table {
    ($($name:ident)*) => {
        &[$((stringify!($name), |over| Box::pin(behaviours::$name(over)))),*]
    };
}

const BEHAVIOURS: &[(&str, Behaviour)] = crate::behaviours!(table);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = globalThis)]
    fn panicked(message: &str);
}

fn named(transports: &[String]) -> Vec<Transport> {
    let named = |transport: &Transport| transports.iter().any(|name| *name == transport.to_string());
    Transport::ALL.into_iter().filter(named).collect()
}

/// The names of the behaviours.
#[wasm_bindgen]
pub fn behaviour_names() -> Vec<String> {
    std::panic::set_hook(Box::new(|info| panicked(&info.to_string())));
    BEHAVIOURS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Has a behaviour hold over a transport, or panics.
#[wasm_bindgen]
pub async fn check_behaviour(name: String, transport: String) {
    let (_, behaviour) = BEHAVIOURS.iter().find(|(known, _)| *known == name).expect("it is a behaviour");
    behaviour(Over(Some(named(&[transport])[0]))).await;
}

/// Has a worker answer many calls at once, each of which asks the page, or panics.
#[wasm_bindgen]
pub async fn check_burst(transport: String, count: i32) {
    let over = Over(Some(named(&[transport])[0]));
    let worker = behaviours::builder(over, "serving", &Clerk::default()).spawn().await.expect("it starts");
    behaviours::burst(&worker, count).await;
}

/// Starts a worker that may have these transports, and says which one it has, and why no better one; or why it has none.
#[wasm_bindgen]
pub async fn choose(
    transports: Vec<String>,
    service_worker: Option<String>,
    package: Option<String>,
) -> String {
    let mut builder = Worker::builder("values").serve(DeskServer::new(Clerk::default()));
    builder = builder.exclude(Transport::ALL.into_iter().filter(|other| !named(&transports).contains(other)));
    if let Some(script) = service_worker {
        builder = builder.service_worker(&script);
    }
    if let Some(package) = package {
        builder = builder.package(&package);
    }
    let worker = match builder.spawn().await {
        Ok(worker) => worker,
        Err(error) => return error.to_string(),
    };
    if let Err(reason) = worker.finished().await {
        return reason.to_string();
    }
    let passed_over: Vec<_> = worker.passed_over().iter().map(ToString::to_string).collect();
    format!("{} ({})", worker.transport(), passed_over.join("; "))
}

/// Starts a worker that is blocked for good, and says why it ended.
#[wasm_bindgen]
pub async fn end_of_blocked() -> String {
    let builder = Worker::builder("blocked").serve(DeskServer::new(Clerk::default()));
    let worker = builder.spawn().await.expect("it starts");
    worker.finished().await.expect_err("it is blocked").to_string()
}
