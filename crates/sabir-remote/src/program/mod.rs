//! A Rust program's end of a link, for JavaScript's values and objects.

mod bindings;

mod encode;

mod error;

mod exports;

mod function;

mod remote;

mod scope;

mod values;

pub use error::{NameError, NameErrorKind};
pub use exports::{Decode, Handler};
pub use function::{Awaits, Blocks, RemoteFunction};
pub use remote::{Remote, RemoteSettings};
pub use scope::Scope;
pub use values::Js;
