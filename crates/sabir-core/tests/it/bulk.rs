//! Attachments that stay outside of our memory until they are copied into a ring.

use crate::harness::{NativeEndpoint, serve, with_link};
use sabir_core::codec::{Attachment, Bulk, Payload};
use sabir_core::service::{Answer, AsyncCaller, Method};
use sabir_core::{Endpoint, Link, NativeWords, layout::link_bytes};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

static ECHO: Method = Method::new("Bulk.echo", "raw", None);
static METHODS: &[Method] = &[ECHO];

/// Bytes that their owner may change at any time.
#[derive(Clone, Debug)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Shared {
    fn new(bytes: Vec<u8>) -> Self {
        Shared(Rc::new(RefCell::new(bytes)))
    }

    fn attachment(&self) -> Attachment {
        Attachment::Bulk(Rc::new(self.clone()))
    }
}

impl Bulk for Shared {
    fn len_bytes(&self) -> usize {
        self.0.borrow().len()
    }

    fn to_vec(&self) -> Vec<u8> {
        self.0.borrow().clone()
    }

    fn snapshot(&self) -> Rc<dyn Bulk> {
        Rc::new(Shared::new(self.to_vec()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn echo(endpoint: &NativeEndpoint) {
    serve(endpoint, METHODS, |_, arguments| {
        let (body, attachments) = arguments.into_encoded();
        Answer::Now(Ok(Payload { body, attachments }))
    });
}

#[test]
fn bulk_bytes_and_encoded_arguments_come_back() {
    for len in [0, 1, 7, 8, 500, 100_000] {
        with_link(4096, echo, |worker| {
            let bytes: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
            let attachments =
                vec![Shared::new(bytes.clone()).attachment(), Shared::new(vec![9]).attachment()];
            let read = |body: &[u8], attachments: Vec<Attachment>| (body.to_vec(), attachments);
            let (body, back) =
                worker.call_encoded(&ECHO, |_| None, || ECHO.payload(b"body", attachments), read).unwrap();
            let back: Vec<_> = back.into_iter().map(Attachment::into_bytes).collect();
            assert_eq!(body, b"body");
            assert_eq!((&back[0][..], &back[1][..]), (&bytes[..], &[9][..]), "{len} bytes");
        });
    }
}

#[test]
fn small_encoded_calls_come_back() {
    with_link(4096, echo, |worker| {
        for len in 0..300 {
            let sent = vec![7; len];
            let write =
                |into: &mut [u8]| into.get_mut(..len).map(|into| into.copy_from_slice(&sent)).map(|()| len);
            let whole = || ECHO.payload(&sent, Vec::new());
            let back = worker.call_encoded(&ECHO, write, whole, |body, _| body.to_vec());
            assert_eq!(back.unwrap(), sent);
        }
    });
}

#[test]
fn what_waits_for_space_is_not_changed_by_its_owner() {
    let words = NativeWords::new(link_bytes(1024));
    let link = Link::create(words.clone(), 1024).unwrap();
    let caller = Endpoint::new(link, crate::harness::platform());
    let callee = Endpoint::new(Link::attach(words).unwrap(), crate::harness::platform());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&seen);
    serve(&callee, METHODS, move |_, arguments| {
        let (_, mut attachments) = arguments.into_encoded();
        *noted.borrow_mut() = attachments.remove(0).into_bytes().into_vec();
        Answer::now(&())
    });
    let owned = Shared::new(vec![1; 10_000]);
    let _call = caller.start(&ECHO, ECHO.payload(b"", vec![owned.attachment()]));
    owned.0.borrow_mut().fill(2);
    while seen.borrow().is_empty() {
        caller.turn(1).unwrap();
        callee.turn(1).unwrap();
    }
    assert_eq!(*seen.borrow(), vec![1; 10_000]);
}
