//! Functions of Rust that JavaScript calls by name.

use crate::program::values::{decode, encode};
use js_sys::{Array, Error, Promise};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// The arguments of a function, as a tuple of types that serde decodes.
pub trait Decode: Sized {
    /// Takes the arguments from a list; JavaScript may pass more than are taken.
    ///
    /// # Errors
    /// Why one is of another type, or missing.
    fn decode(arguments: Array) -> Result<Self, String>;
}

impl Decode for () {
    fn decode(_: Array) -> Result<(), String> {
        Ok(())
    }
}

/// A closure that takes the arguments `A` one by one.
pub trait Handler<A> {
    /// What it returns.
    type Result;
    /// Calls it.
    fn handle(&self, arguments: A) -> Self::Result;
}

impl<F: Fn() -> R, R> Handler<()> for F {
    type Result = R;
    fn handle(&self, (): ()) -> R {
        self()
    }
}

impl<A, H: Handler<A>> Handler<A> for Rc<H> {
    type Result = H::Result;
    fn handle(&self, arguments: A) -> H::Result {
        H::handle(self, arguments)
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => {$(
        impl<$($name: DeserializeOwned),+> Decode for ($($name,)+) {
            fn decode(arguments: Array) -> Result<Self, String> {
                let mut index = 0;
                $(
                    #[expect(non_snake_case, reason = "an argument has the name of its type")]
                    let $name = decode(arguments.get(index))
                        .map_err(|what| format!("cannot take args[{index}]: {what}"))?;
                    index += 1;
                )+
                let _ = index;
                Ok(($($name,)+))
            }
        }

        impl<F: Fn($($name),+) -> R, R, $($name),+> Handler<($($name,)+)> for F {
            type Result = R;
            fn handle(&self, arguments: ($($name,)+)) -> R {
                #[expect(non_snake_case, reason = "an argument has the name of its type")]
                let ($($name,)+) = arguments;
                self($($name),+)
            }
        }
    )*};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E G;
    A B C D E G H;
    A B C D E G H I;
}

/// The callback of [`ProgramEnd::offer`](super::bindings::ProgramEnd::offer).
type Callback = dyn Fn(Array) -> Result<JsValue, JsValue>;

fn thrown(what: impl Display) -> JsValue {
    Error::new(&what.to_string()).into()
}

fn callback(handle: impl Fn(Array) -> Result<JsValue, JsValue> + 'static) -> JsValue {
    Closure::<Callback>::new(handle).into_js_value()
}

/// A callback that answers with the result of `handler`.
pub fn answering<A: Decode, R: Serialize>(handler: impl Handler<A, Result = R> + 'static) -> JsValue {
    callback(move |list| encode(&handler.handle(A::decode(list).map_err(thrown)?)).map_err(thrown))
}

/// A callback that throws the error of `handler`.
pub fn trying<A, T, E>(handler: impl Handler<A, Result = Result<T, E>> + 'static) -> JsValue
where
    A: Decode,
    T: Serialize,
    E: Display,
{
    callback(move |list| {
        let result = handler.handle(A::decode(list).map_err(thrown)?);
        encode(&result.map_err(thrown)?).map_err(thrown)
    })
}

/// A callback that gives a promise of the result of `handler`'s future.
pub fn promising<A, F>(handler: impl Handler<A, Result = F> + 'static) -> JsValue
where
    A: Decode + 'static,
    F: Future<Output: Serialize> + 'static,
{
    let handler = Rc::new(handler);
    callback(move |list| {
        let future = handler.handle(A::decode(list).map_err(thrown)?);
        let promise: Promise = future_to_promise(async { encode(&future.await).map_err(thrown) });
        Ok(promise.into())
    })
}
