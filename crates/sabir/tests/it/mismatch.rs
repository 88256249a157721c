//! Two builds that do not agree: the worker has `theirs`, the page has `ours`.

use crate::harness::{NativeEndpoint, with_link};
use sabir::CallError;

mod ours {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Point {
        pub x: u32,
        pub y: u32,
        pub z: u32,
    }

    #[sabir::service]
    pub trait Map {
        fn zoom(&self, level: u32) -> u32;
        fn put(&self, at: Point) -> u32;
        fn find(&self) -> Point;
    }

    pub struct Paper;

    impl Map for Paper {
        fn zoom(&self, level: u32) -> u32 {
            level
        }

        fn put(&self, at: Point) -> u32 {
            at.x + at.y + at.z
        }

        fn find(&self) -> Point {
            Point { x: 1, y: 2, z: 3 }
        }
    }
}

mod theirs {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    pub struct Point {
        pub x: u32,
        pub y: u32,
    }

    #[sabir::service]
    pub trait Map {
        fn zoom(&self, level: u64) -> u32;
        fn put(&self, at: Point) -> u32;
        fn find(&self) -> Point;
        fn rotate(&self, degrees: f64);
    }
}

fn with_map(test: impl FnOnce(theirs::MapClient<NativeEndpoint>)) {
    let page = |endpoint: &NativeEndpoint| endpoint.serve(ours::MapServer::new(ours::Paper));
    with_link(4096, page, |worker| test(theirs::MapClient::new(worker.clone())));
}

#[test]
fn a_method_that_is_missing_there_is_unknown() {
    with_map(|map| {
        let expected = CallError::UnknownMethod { method: "Map.rotate".to_owned() };
        assert_eq!(map.rotate(90.0), Err(expected));
    });
}

#[test]
fn other_types_are_another_signature() {
    with_map(|map| {
        let expected = CallError::SignatureMismatch { method: "Map.zoom".to_owned() };
        assert_eq!(map.zoom(3), Err(expected));
    });
}

#[test]
fn a_struct_with_other_fields_is_never_misread() {
    with_map(|map| {
        let error = map.put(theirs::Point { x: 1, y: 2 }).unwrap_err();
        assert!(
            matches!(&error, CallError::ArgumentMismatch { method, .. } if method == "Map.put"),
            "{error}"
        );
        let error = map.find().unwrap_err();
        assert!(
            matches!(&error, CallError::ResultMismatch { method, .. } if method == "Map.find"),
            "{error}"
        );
    });
}
