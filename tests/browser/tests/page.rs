//! From a page whose memory is shared: all that holds over every transport, and what is of shared memory only.

use sabir::WorkerBuilder;
use sabir_browser_tests::behaviours::{self, Over, builder, check, check_with};
use sabir_browser_tests::services::{Clerk, HandAsyncClient, sleep};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const BEST: Over = Over(None);

macro_rules! tests {
    ($($name:ident)*) => {$(
        #[wasm_bindgen_test]
        async fn $name() {
            behaviours::$name(BEST).await;
        }
    )*};
}

sabir_browser_tests::behaviours!(tests);

#[wasm_bindgen_test]
async fn a_hundred_thousand_calls_are_answered_right() {
    check(BEST, "hot_calls").await;
}

#[wasm_bindgen_test]
async fn messages_wake_where_wait_async_is_missing() {
    check_with(BEST, "values", WorkerBuilder::wake_by_message).await;
    check_with(BEST, "nested", WorkerBuilder::wake_by_message).await;
    let worker = builder(BEST, "serving", &Clerk::default()).wake_by_message().spawn().await.unwrap();
    sleep(50).await;
    assert_eq!(HandAsyncClient::new(worker.clone()).double(4).await, Ok(8));
}
