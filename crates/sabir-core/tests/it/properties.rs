//! What holds for any bytes, any sizes and any order of events. Both endpoints run on one thread, one turn at a time.

use crate::harness::{NativeEndpoint, serve};
use proptest::prelude::*;
use proptest::sample::Index;
use sabir_core::layout::link_bytes;
use sabir_core::service::{Answer, AsyncCaller, Method};
use sabir_core::{Bytes, CallError, CloseReason, Endpoint, Link, NativeWords, Platform, Words, codec};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

static MIRROR: Method = Method::new("Any.mirror", "(u32,Vec<u8>,Bytes)->(u32,Vec<u8>,Bytes)", None);
static LATER: Method = Method::new("Any.later", "(u32)->u32", Some(10));
static METHODS: &[Method] = &[MIRROR, LATER];

/// Word offsets of docs/protocol.md.
const TO_A_TAIL: usize = 224;
const RINGS_BYTE: usize = 1664;

type Mirrored = (u32, Vec<u8>, Bytes);
type Call = <NativeEndpoint as AsyncCaller>::Call;

thread_local! {
    static NOW_MS: Cell<f64> = const { Cell::new(0.0) };
}

fn endpoint(link: Link<NativeWords>) -> NativeEndpoint {
    let wake_by_message = Rc::new(|| unreachable!("nobody sleeps"));
    Endpoint::new(
        link,
        Platform {
            now_ms: || NOW_MS.get(),
            schedule: || {},
            spins: 0,
            turn_others: || sabir_core::Others::None,
            wake_by_message,
            nesting: Rc::default(),
        },
    )
}

/// A page that serves, and a worker's end.
fn pair(words: &NativeWords, capacity: usize) -> (NativeEndpoint, NativeEndpoint) {
    let page = endpoint(Link::create(words.clone(), capacity).unwrap());
    let worker = endpoint(Link::attach(words.clone()).unwrap());
    serve(&page, METHODS, |name, arguments| match name {
        "Any.mirror" => match arguments.decode::<Mirrored>() {
            Ok(mirrored) => Answer::now(&mirrored),
            Err(refusal) => Answer::Now(Err(refusal)),
        },
        _ => {
            let mut polls = 0;
            let answer = std::future::poll_fn(move |context| {
                polls += 1;
                context.waker().wake_by_ref();
                if polls > 2 {
                    Poll::Ready(codec::encode(Vec::new(), &7_u32).map_err(|_| unreachable!()))
                } else {
                    Poll::Pending
                }
            });
            Answer::Later(Box::pin(answer))
        }
    });
    (page, worker)
}

fn poll(call: &mut Call) -> Poll<Result<codec::Payload, CallError>> {
    Pin::new(call).poll(&mut Context::from_waker(Waker::noop()))
}

#[derive(Clone, Debug)]
enum Event {
    Call { body: usize, attachment: usize },
    Abandon(Index),
    PageTurn,
    WorkerTurn,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        2 => (0..300_usize, 0..900_usize).prop_map(|(body, attachment)| Event::Call { body, attachment }),
        1 => any::<Index>().prop_map(Event::Abandon),
        4 => Just(Event::PageTurn),
        4 => Just(Event::WorkerTurn),
    ];
    prop::collection::vec(event, 1..80)
}

proptest! {
    #[test]
    fn calls_of_any_size_are_answered_in_any_order_of_turns(exponent in 6_u32..13, events in events()) {
        let capacity = 1 << exponent;
        let (page, worker) = pair(&NativeWords::new(link_bytes(capacity)), capacity);
        let mut calls: BTreeMap<u32, (Call, Mirrored)> = BTreeMap::new();
        for (number, event) in events.into_iter().enumerate() {
            match event {
                Event::Call { body, attachment } => {
                    let number = number as u32;
                    let value = (number, vec![number as u8; body], Bytes::from(vec![!number as u8; attachment]));
                    calls.insert(number, (worker.start(&MIRROR, MIRROR.encode_arguments(&value).unwrap()), value));
                }
                Event::Abandon(index) if !calls.is_empty() => {
                    let number = *index.get(&calls.keys().copied().collect::<Vec<_>>());
                    calls.remove(&number);
                }
                Event::Abandon(_) => {}
                Event::PageTurn => assert!(page.turn(1).is_ok()),
                Event::WorkerTurn => assert!(worker.turn(1).is_ok()),
            }
        }
        while page.turn(1).unwrap() | worker.turn(1).unwrap() {}
        for (mut call, value) in calls.into_values() {
            let Poll::Ready(answer) = poll(&mut call) else { panic!("{} is not answered", value.0) };
            prop_assert_eq!(MIRROR.decode_result::<Mirrored>(answer.unwrap()).unwrap(), value);
        }
        prop_assert_eq!(worker.check_open(), Ok(()));
    }

    #[test]
    fn a_mutated_ring_is_a_typed_error_and_closes_the_link(
        sizes in prop::collection::vec((0..200_usize, 0..200_usize), 1..4),
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 0..12),
        tail in prop::option::of(any::<i32>()),
    ) {
        let capacity = 2048;
        let words = NativeWords::new(link_bytes(capacity));
        let (page, worker) = pair(&words, capacity);
        let calls = sizes.iter().map(|(body, attachment)| {
            let value = (1_u32, vec![1_u8; *body], Bytes::from(vec![2; *attachment]));
            worker.start(&MIRROR, MIRROR.encode_arguments(&value).unwrap())
        });
        let _calls: Vec<_> = calls.collect();
        let written = words.load_acquire(TO_A_TAIL) as usize;
        for (at, value) in flips {
            let byte = at.index(written);
            let mut word = [0; 4];
            let start = RINGS_BYTE + capacity + byte / 4 * 4;
            words.read_bytes(start, &mut word);
            word[byte % 4] ^= value;
            words.write_bytes(start, &word);
        }
        if let Some(tail) = tail {
            words.store_release(TO_A_TAIL, tail);
        }
        // Every frame takes 16 bytes at least, so this many turns are all that the ring can give.
        let ended = (0..capacity / 16 + 4).find_map(|_| page.turn(1).err());
        match ended {
            Some(reason) => {
                prop_assert!(matches!(reason, CloseReason::Corrupt(_)), "{}", reason);
                prop_assert_eq!(worker.check_open(), Err(reason));
            }
            None => prop_assert_eq!(page.turn(1), Ok(false)),
        }
    }

    #[test]
    fn random_bytes_in_the_ring_do_no_more(bytes in prop::collection::vec(any::<u8>(), 16..256)) {
        let capacity = 256;
        let words = NativeWords::new(link_bytes(capacity));
        let (page, _worker) = pair(&words, capacity);
        words.write_bytes(RINGS_BYTE + capacity, &bytes);
        words.store_release(TO_A_TAIL, (bytes.len() / 8 * 8) as i32);
        let ended = (0..capacity / 16 + 4).find_map(|_| page.turn(1).err());
        prop_assert!(matches!(ended, None | Some(CloseReason::Corrupt(_))), "{:?}", ended);
    }

    #[test]
    fn any_value_comes_back_from_the_codec_and_any_bytes_are_refused(value in value(), cut in any::<Index>(), flip in any::<u8>()) {
        let payload = codec::encode(Vec::new(), &value).unwrap();
        prop_assert_eq!(codec::decode::<Tree>(&payload.body, payload.attachments.clone()), Ok(value));
        let mut body = payload.body.clone();
        let at = cut.index(body.len());
        prop_assert!(codec::decode::<Tree>(&body[..at], payload.attachments.clone()).is_err());
        body[at] ^= flip;
        let _ = codec::decode::<Tree>(&body, payload.attachments);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_timeout_that_races_the_reply_has_one_outcome(steps in prop::collection::vec(0..3_u8, 1..12)) {
        NOW_MS.set(0.0);
        let capacity = 256;
        let (page, worker) = pair(&NativeWords::new(link_bytes(capacity)), capacity);
        let mut call = worker.start(&LATER, LATER.encode_arguments(&(1_u32,)).unwrap());
        let mut outcomes = 0;
        for step in steps {
            match step {
                0 => assert!(page.turn(1).is_ok()),
                1 => assert!(worker.turn(1).is_ok()),
                _ => {
                    NOW_MS.set(NOW_MS.get() + 6.0);
                    worker.expire(NOW_MS.get());
                }
            }
            if outcomes == 0 && let Poll::Ready(outcome) = poll(&mut call) {
                outcomes += 1;
                match outcome {
                    Ok(answer) => prop_assert_eq!(LATER.decode_result::<u32>(answer), Ok(7)),
                    Err(error) => {
                        prop_assert!(NOW_MS.get() >= 10.0);
                        prop_assert_eq!(error, CallError::TimedOut { method: LATER.name.to_owned(), limit_ms: 10 });
                    }
                }
            }
        }
        drop(call);
        while page.turn(1).unwrap() | worker.turn(1).unwrap() {}
        prop_assert_eq!(worker.check_open(), Ok(()), "a late answer is dropped");
        prop_assert_eq!(worker.next_deadline(), f64::INFINITY, "and nothing is left of the call");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Tree {
    Nothing,
    Number(i64),
    Real(f32),
    Text(String),
    Raw(Bytes),
    Many(Vec<Tree>),
    Pairs(BTreeMap<String, Tree>),
}

fn value() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Nothing),
        any::<i64>().prop_map(Tree::Number),
        prop::num::f32::NORMAL.prop_map(Tree::Real),
        ".{0,20}".prop_map(Tree::Text),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Tree::Raw(bytes.into())),
    ];
    leaf.prop_recursive(3, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::Many),
            prop::collection::btree_map(".{0,5}", inner, 0..5).prop_map(Tree::Pairs),
        ]
    })
}
