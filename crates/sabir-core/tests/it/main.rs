//! What two endpoints do to each other, on native threads.

mod answers;
mod bulk;
mod calls;
mod harness;
mod layout;
mod mirror;
mod model;
mod order;
mod properties;
mod words;

#[test]
fn native_words_conform() {
    words::conform(&sabir_core::NativeWords::new(4096), harness::platform().now_ms);
}
