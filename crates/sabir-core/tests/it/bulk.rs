//! Attachments that stay outside of our memory until they are copied into a ring.

use crate::harness::{NativeEndpoint, platform, serve, with_link, with_link_of};
use sabir_core::codec::{Attachment, Bulk, Payload};
use sabir_core::service::{Answer, AsyncCaller, BlockingCaller, CallCodec, Method};
use sabir_core::{CallError, Endpoint, Link, NativeWords, Platform, layout::link_bytes};
use std::any::Any;
use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

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

const UNCOPIED_BYTES: usize = 100_000;
static COPIED: AtomicBool = AtomicBool::new(false);

/// Zeros that note when they are copied.
#[derive(Debug)]
struct Uncopied;

impl Bulk for Uncopied {
    fn len_bytes(&self) -> usize {
        UNCOPIED_BYTES
    }

    fn to_vec(&self) -> Vec<u8> {
        vec![0; UNCOPIED_BYTES]
    }

    fn snapshot(&self) -> Rc<dyn Bulk> {
        COPIED.store(true, Ordering::Relaxed);
        Rc::new(Uncopied)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn echo(endpoint: &NativeEndpoint) {
    serve(endpoint, METHODS, |_, mut arguments| {
        let (body, attachments) = (arguments.encoded().to_vec(), arguments.take_attachments());
        Answer::Now(Ok(Payload { body, attachments }))
    });
}

/// A call whose arguments are encoded already.
struct Encoded<'a> {
    arguments: &'a [u8],
    attachments: Vec<Attachment>,
}

impl CallCodec for Encoded<'_> {
    type Answer = Payload;

    fn write_small(&self, into: &mut [u8]) -> Option<usize> {
        let into = into.get_mut(..self.arguments.len()).filter(|_| self.attachments.is_empty())?;
        into.copy_from_slice(self.arguments);
        Some(into.len())
    }

    fn encode(&self) -> Result<Payload, CallError> {
        Ok(ECHO.payload(self.arguments, self.attachments.clone()))
    }

    fn read_small(self, answer: &[u8]) -> Payload {
        assert!(self.attachments.is_empty(), "an answer with attachments is not small");
        Payload { body: answer.to_vec(), attachments: Vec::new() }
    }

    fn read(self, answer: Payload) -> Payload {
        answer
    }
}

fn call(worker: &NativeEndpoint, arguments: &[u8], attachments: Vec<Attachment>) -> Payload {
    worker.call_by(&ECHO, Encoded { arguments, attachments }).unwrap()
}

#[test]
fn bulk_bytes_and_encoded_arguments_come_back() {
    for len in [0, 1, 7, 8, 500, 100_000] {
        with_link(4096, echo, |worker| {
            let bytes: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
            let attachments =
                vec![Shared::new(bytes.clone()).attachment(), Shared::new(vec![9]).attachment()];
            let Payload { body, attachments } = call(worker, b"body", attachments);
            let back: Vec<_> = attachments.into_iter().map(Attachment::into_bytes).collect();
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
            assert_eq!(call(worker, &sent, Vec::new()), Payload { body: sent, attachments: Vec::new() });
        }
    });
}

#[test]
fn an_answer_is_not_copied_while_its_caller_reads() {
    let page = |page: &NativeEndpoint| {
        serve(page, METHODS, |_, _| {
            let attachments = vec![Attachment::Bulk(Rc::new(Uncopied))];
            Answer::Now(Ok(Payload { body: Vec::new(), attachments }))
        });
    };
    // It would wait for its caller for minutes.
    let patient = || Platform { spins: u32::MAX, ..platform() };
    with_link_of(1024, patient, page, |worker| {
        let answer = worker.call(&ECHO, ECHO.payload(b"", Vec::new())).unwrap();
        assert_eq!(answer.attachments[0].len_bytes(), UNCOPIED_BYTES);
    });
    assert!(!COPIED.load(Ordering::Relaxed), "the answer was copied");
}

#[test]
fn an_answer_that_nobody_reads_is_not_changed_by_its_owner() {
    let words = NativeWords::new(link_bytes(1024));
    let caller = Endpoint::new(Link::create(words.clone(), 1024).unwrap(), platform());
    let callee = Endpoint::new(Link::attach(words).unwrap(), platform());
    let owned = Shared::new(vec![1; 10_000]);
    let attached = owned.clone();
    serve(&callee, METHODS, move |_, _| {
        Answer::Now(Ok(Payload { body: Vec::new(), attachments: vec![attached.attachment()] }))
    });
    let mut call = pin!(caller.start(&ECHO, ECHO.payload(b"", Vec::new())));
    callee.turn(1).unwrap();
    owned.0.borrow_mut().fill(2);
    let answer = loop {
        caller.turn(1).unwrap();
        callee.turn(1).unwrap();
        if let Poll::Ready(answer) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            break answer.unwrap();
        }
    };
    let [attachment] = <[_; 1]>::try_from(answer.attachments).unwrap();
    assert_eq!(attachment.into_bytes().into_vec(), vec![1; 10_000]);
}

#[test]
fn what_waits_for_space_is_not_changed_by_its_owner() {
    let words = NativeWords::new(link_bytes(1024));
    let link = Link::create(words.clone(), 1024).unwrap();
    let caller = Endpoint::new(link, platform());
    let callee = Endpoint::new(Link::attach(words).unwrap(), platform());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&seen);
    serve(&callee, METHODS, move |_, mut arguments| {
        let mut attachments = arguments.take_attachments();
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
