//! What two endpoints do to each other, on native threads.

mod calls;
mod harness;
mod layout;
mod properties;
