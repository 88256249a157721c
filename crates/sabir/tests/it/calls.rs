//! What blocking clients get back.

use crate::harness::{NativeEndpoint, with_link};
use sabir::{Bytes, CallError, ServiceError};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::task::Poll;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum FileError {
    Missing { name: String, tried: Vec<String> },
    TooLarge(u64),
    Denied,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct File {
    name: String,
    parts: Vec<Option<Bytes>>,
}

#[sabir::service]
trait Files {
    fn open(&self, name: String) -> Result<File, FileError>;
    fn join(&self, files: Vec<File>, separator: Bytes) -> File;
    async fn read(&self, name: String) -> Result<Bytes, FileError>;
    #[sabir(timeout_ms = 50)]
    async fn never(&self);
    #[sabir(one_way)]
    fn note(&self, value: u32);
    fn noted(&self) -> Vec<u32>;
}

#[derive(Default)]
struct Disk {
    noted: RefCell<Vec<u32>>,
}

fn refuse(name: &str) -> FileError {
    match name {
        "large" => FileError::TooLarge(1 << 40),
        "denied" => FileError::Denied,
        _ => FileError::Missing { name: name.to_owned(), tried: vec!["/a".to_owned(), "/b".to_owned()] },
    }
}

impl Files for Disk {
    fn open(&self, name: String) -> Result<File, FileError> {
        match name.as_str() {
            "ok" => Ok(File { name, parts: vec![Some(vec![1; 3].into()), None] }),
            _ => Err(refuse(&name)),
        }
    }

    fn join(&self, files: Vec<File>, separator: Bytes) -> File {
        let parts = files.into_iter().flat_map(|file| file.parts).chain([Some(separator)]).collect();
        File { name: "joined".to_owned(), parts }
    }

    async fn read(&self, name: String) -> Result<Bytes, FileError> {
        yield_once().await;
        if name == "ok" { Ok(vec![7; 9].into()) } else { Err(refuse(&name)) }
    }

    async fn never(&self) {
        pending().await
    }

    fn note(&self, value: u32) {
        self.noted.borrow_mut().push(value);
    }

    fn noted(&self) -> Vec<u32> {
        self.noted.borrow().clone()
    }
}

/// Lets the endpoint turn before the handler goes on.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

fn with_files(test: impl FnOnce(FilesClient<NativeEndpoint>)) {
    let page = |endpoint: &NativeEndpoint| endpoint.serve(FilesServer::new(Disk::default()));
    with_link(4096, page, |worker| test(FilesClient::new(worker.clone())));
}

#[test]
fn errors_of_handlers_cross_as_themselves() {
    with_files(|files| {
        for name in ["large", "denied", "lost"] {
            let expected = ServiceError::Service(refuse(name));
            assert_eq!(files.open(name.to_owned()), Err(expected.clone()));
            assert_eq!(files.read(name.to_owned()), Err(expected));
        }
        assert!(files.open("ok".to_owned()).is_ok(), "the link goes on");
    });
}

#[test]
fn bytes_cross_wherever_they_stand() {
    with_files(|files| {
        let large = File { name: "large".to_owned(), parts: vec![None, Some(vec![5; 100_000].into())] };
        let small = files.open("ok".to_owned()).unwrap();
        let joined = files.join(vec![large.clone(), small.clone()], vec![0].into()).unwrap();
        let parts = [large.parts, small.parts, vec![Some(vec![0].into())]].concat();
        assert_eq!(joined, File { name: "joined".to_owned(), parts });
    });
}

#[test]
fn an_async_handler_answers_later() {
    with_files(|files| assert_eq!(files.read("ok".to_owned()), Ok(vec![7; 9].into())));
}

#[test]
fn a_method_has_the_timeout_it_declares() {
    with_files(|files| {
        let expected = CallError::TimedOut { method: "Files.never".to_owned(), limit_ms: 50 };
        assert_eq!(files.never(), Err(expected));
        assert_eq!(files.noted(), Ok(vec![]), "the link goes on");
    });
}

#[test]
fn one_way_calls_keep_their_order_with_calls() {
    with_files(|files| {
        for value in 0..1000 {
            files.note(value).unwrap();
            if value % 100 == 0 {
                assert_eq!(files.noted().unwrap().len(), value as usize + 1);
            }
        }
        assert_eq!(files.noted(), Ok((0..1000).collect()));
    });
}
