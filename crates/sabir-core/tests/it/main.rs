//! What two endpoints do to each other, on native threads.

mod calls;
mod harness;
