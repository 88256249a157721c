//! Generated code under strict lints, and with names that it could trip over.
#![deny(unused, clippy::all)]

use crate::harness::{NativeEndpoint, with_link};

#[sabir::service]
trait Names {
    fn join(
        &self,
        method: String,
        arguments: String,
        handler: String,
        index: String,
        caller: String,
    ) -> String;
    async fn r#try(&self, handler: u8, arguments: u8) -> u8;
    fn call(&self, r#type: u8) -> u8;
}

struct Plain;

impl Names for Plain {
    fn join(
        &self,
        method: String,
        arguments: String,
        handler: String,
        index: String,
        caller: String,
    ) -> String {
        [method, arguments, handler, index, caller].concat()
    }

    async fn r#try(&self, handler: u8, arguments: u8) -> u8 {
        handler - arguments
    }

    fn call(&self, r#type: u8) -> u8 {
        r#type
    }
}

/// Shadows what generated code could mean by these.
mod shadowed {
    #![allow(dead_code)]

    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct Rc;

    #[sabir::service]
    pub trait Shadow {
        #[sabir(timeout_ms = 5)]
        async fn run(&self, value: u8) -> u8;
    }
}

/// Only one side of a service is used in most programs.
#[sabir::service]
trait Unused {
    fn unused(&self);
}

/// Never run here: wasm-bindgen's imports exist in browsers only.
#[sabir::worker]
async fn program(page: sabir::Page) -> Result<(), sabir::CallError> {
    NamesClient::new(page).call(1).map(|_| ())
}

#[test]
fn names_of_arguments_and_methods_are_free() {
    let page = |endpoint: &NativeEndpoint| endpoint.serve(NamesServer::new(Plain));
    with_link(4096, page, |worker| {
        let names = NamesClient::new(worker.clone());
        let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(names.join(a, b, c, d, e), Ok("abcde".to_owned()));
        assert_eq!(names.r#try(5, 3), Ok(2));
        assert_eq!(names.call(4), Ok(4));
    });
}

#[test]
fn white_space_and_raw_names_are_no_part_of_a_method() {
    let server = NamesServer::new(Plain);
    assert_eq!(server.methods()[1].name, "Names.try");
    assert_eq!(server.methods()[1], sabir::__private::Method::new("Names.try", "(u8,u8)->u8", None));
}
