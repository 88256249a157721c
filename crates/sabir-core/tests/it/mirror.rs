//! Links whose endpoints share no memory: whatever becomes of packets, each call is executed once and answered.

use crate::harness::{NativeEndpoint, platform, serve};
use proptest::prelude::*;
use sabir_core::layout::link_bytes;
use sabir_core::service::{Answer, AsyncCaller, Method};
use sabir_core::{
    Bytes, CallError, CloseReason, Delivery, Endpoint, Mirror, NativeWords, PacketError, Platform, Side,
    codec,
};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const CAPACITY: usize = 1024;

static ECHO: Method = Method::new("Any.echo", "(u32,Bytes)->(u32,Bytes)", None);
static METHODS: &[Method] = &[ECHO];

/// One realm: its endpoint, its mirror of the other, and the packets on their way to it.
struct Realm {
    endpoint: NativeEndpoint,
    mirror: Mirror<NativeWords>,
    posted: Vec<Vec<u8>>,
    /// What is overwritten by the next.
    mailbox: Vec<u8>,
}

fn realm(side: Side) -> Realm {
    let (link, mirror) = Mirror::open(NativeWords::new(link_bytes(CAPACITY)), CAPACITY, side).unwrap();
    let platform = Platform { wake_by_message: Rc::new(|| {}), spins: 0, ..platform() };
    Realm { endpoint: Endpoint::new(link, platform), mirror, posted: Vec::new(), mailbox: Vec::new() }
}

impl Realm {
    fn turn(&self) {
        while self.endpoint.turn(1) == Ok(true) {}
    }

    fn receive(&mut self, packet: &[u8]) {
        self.mirror.receive(packet).unwrap();
        self.turn();
    }

    /// What `other` posted arrives.
    fn arrive(&mut self) {
        for packet in std::mem::take(&mut self.posted) {
            self.receive(&packet);
        }
    }
}

/// Sends all that is due, surely, until both are quiet.
fn settle(realms: &mut [Realm; 2]) {
    loop {
        let mut quiet = true;
        for end in 0..2 {
            realms[end].turn();
            while realms[end].mirror.is_due() {
                quiet = false;
                let packet = realms[end].mirror.packet(Delivery::Sure, false);
                realms[1 - end].posted.push(packet);
            }
            quiet &= realms[1 - end].posted.is_empty();
            realms[1 - end].arrive();
        }
        if quiet {
            return;
        }
    }
}

/// A page that echoes and notes what it has executed, and a worker.
fn pair() -> ([Realm; 2], Rc<RefCell<Vec<u32>>>) {
    let realms = [realm(Side::A), realm(Side::B)];
    let executed = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&executed);
    serve(&realms[0].endpoint, METHODS, move |_, arguments| {
        let echoed: (u32, Bytes) = arguments.decode().unwrap();
        notes.borrow_mut().push(echoed.0);
        Answer::now(&echoed)
    });
    (realms, executed)
}

type Call = <NativeEndpoint as AsyncCaller>::Call;

fn start(realm: &Realm, number: u32, len: usize) -> Call {
    let bytes = Bytes::from(vec![number as u8; len]);
    realm.endpoint.start(&ECHO, ECHO.encode_arguments(&(number, bytes)).unwrap())
}

fn poll(call: &mut Call) -> Poll<Result<codec::Payload, CallError>> {
    Pin::new(call).poll(&mut Context::from_waker(Waker::noop()))
}

fn answer(call: &mut Call) -> (u32, Bytes) {
    match poll(call) {
        Poll::Ready(outcome) => ECHO.decode_result(outcome.unwrap()).unwrap(),
        Poll::Pending => panic!("there is no answer"),
    }
}

/// What may happen, to either end.
#[derive(Clone, Debug)]
enum Event {
    Call {
        len: usize,
    },
    Turn(usize),
    /// A packet by the platform's messages.
    Post(usize),
    /// A packet by something that keeps the last one only.
    Leave(usize, bool),
    /// What was left is looked at, perhaps not for the first time.
    Look(usize),
    Arrive(usize),
    Lost(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let end = 0..2_usize;
    prop_oneof![
        2 => prop_oneof![0..64_usize, 0..6000_usize].prop_map(|len| Event::Call { len }),
        4 => end.clone().prop_map(Event::Turn),
        2 => end.clone().prop_map(Event::Post),
        2 => (end.clone(), any::<bool>()).prop_map(|(end, waits)| Event::Leave(end, waits)),
        2 => end.clone().prop_map(Event::Look),
        2 => end.clone().prop_map(Event::Arrive),
        1 => end.prop_map(Event::Lost),
    ]
}

proptest! {
    #[test]
    fn every_call_is_executed_once_and_answered(events in prop::collection::vec(event(), 1..120)) {
        let (mut realms, executed) = pair();
        let mut calls = Vec::new();
        for event in events {
            match event {
                Event::Call { len } => calls.push((len, start(&realms[1], calls.len() as u32, len))),
                Event::Turn(end) => realms[end].turn(),
                Event::Post(end) => {
                    let packet = realms[end].mirror.packet(Delivery::Sure, false);
                    realms[1 - end].posted.push(packet);
                }
                Event::Leave(end, waits) => {
                    realms[1 - end].mailbox = realms[end].mirror.packet(Delivery::Unsure, waits);
                }
                Event::Look(end) if realms[end].mailbox.is_empty() => {}
                Event::Look(end) => {
                    let packet = realms[end].mailbox.clone();
                    realms[end].receive(&packet);
                }
                Event::Arrive(end) => realms[end].arrive(),
                Event::Lost(end) => realms[end].mirror.lost(),
            }
        }
        // A realm that stops waiting, or whose wait fails, says so: what was left for it is sent in another way.
        for end in 0..2 {
            let packet = realms[end].mirror.packet(Delivery::Sure, false);
            realms[1 - end].posted.push(packet);
        }
        settle(&mut realms);
        for (number, (len, call)) in calls.iter_mut().enumerate() {
            prop_assert_eq!(answer(call), (number as u32, Bytes::from(vec![number as u8; *len])));
        }
        prop_assert_eq!(&*executed.borrow(), &(0..calls.len() as u32).collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_an_error_or_harmless(mut packet in prop::collection::vec(any::<u8>(), 0..80), real in any::<bool>()) {
        let ([mut page, mut worker], _) = pair();
        if real {
            let _call = start(&worker, 1, 20);
            let mut genuine = worker.mirror.packet(Delivery::Sure, true);
            for (byte, noise) in genuine.iter_mut().zip(&packet) {
                *byte ^= noise & 0x11;
            }
            packet = genuine;
        }
        let _ = page.mirror.receive(&packet);
        let _ = page.endpoint.turn(1);
    }
}

#[test]
fn a_packet_of_too_much_is_refused() {
    let ([mut page, mut worker], _) = pair();
    let mut call = start(&worker, 1, 2 * CAPACITY);
    let mut packet = worker.mirror.packet(Delivery::Sure, true);
    packet.extend_from_slice(&[0; 2 * CAPACITY]);
    let limit = CAPACITY as u64;
    let error = page.mirror.receive(&packet).unwrap_err();
    assert!(matches!(error, PacketError::Position { what: "end", limit: at, .. } if at == limit), "{error}");
    assert!(poll(&mut call).is_pending());
}

#[test]
fn an_interrupt_arrives_once() {
    let ([mut page, mut worker], _) = pair();
    page.endpoint.interrupt_peer();
    assert!(page.mirror.is_due());
    let packet = page.mirror.packet(Delivery::Unsure, false);
    assert!(!page.mirror.is_due());
    worker.receive(&packet);
    assert!(worker.endpoint.control().take_interrupt());
    worker.receive(&packet);
    let again = page.mirror.packet(Delivery::Sure, false);
    worker.receive(&again);
    assert!(!worker.endpoint.control().take_interrupt());
}

#[test]
fn the_end_arrives_with_its_reason_even_if_its_packet_was_lost() {
    let ([mut page, mut worker], _) = pair();
    let mut call = start(&worker, 1, 10);
    page.endpoint.close(&CloseReason::Failed("no more".into()));
    let _lost = page.mirror.packet(Delivery::Unsure, false);
    assert!(!page.mirror.is_due());
    let asking = worker.mirror.packet(Delivery::Sure, true);
    page.mirror.receive(&asking).unwrap();
    assert!(page.mirror.is_due());
    let packet = page.mirror.packet(Delivery::Unsure, false);
    worker.mirror.receive(&packet).unwrap();
    assert!(!worker.mirror.is_due(), "it need not tell the page");
    let _ = worker.endpoint.check_open();
    let Poll::Ready(Err(CallError::Closed { reason, .. })) = poll(&mut call) else {
        panic!("the call has not ended");
    };
    assert_eq!(reason, CloseReason::Failed("no more".into()));
}

#[test]
fn who_waits_is_answered_what_was_posted_before() {
    let ([mut page, mut worker], _) = pair();
    page.endpoint.interrupt_peer();
    let _posted = page.mirror.packet(Delivery::Sure, false);
    let packet = worker.mirror.packet(Delivery::Sure, true);
    page.receive(&packet);
    assert!(page.mirror.is_due());
    let packet = page.mirror.packet(Delivery::Unsure, false);
    worker.receive(&packet);
    assert!(worker.endpoint.control().take_interrupt());
}

#[test]
fn who_waits_is_answered_again_what_was_lost() {
    let ([mut page, mut worker], _) = pair();
    let mut call = start(&worker, 1, 10);
    let packet = worker.mirror.packet(Delivery::Sure, true);
    page.receive(&packet);
    let _lost = page.mirror.packet(Delivery::Unsure, false);
    page.mirror.lost();
    assert!(page.mirror.peer_waits() && page.mirror.is_due());
    let packet = page.mirror.packet(Delivery::Unsure, false);
    worker.receive(&packet);
    assert_eq!(answer(&mut call), (1, Bytes::from(vec![1; 10])));
}

#[test]
fn who_waits_is_known_until_it_is_answered() {
    let ([mut page, mut worker], _) = pair();
    let _call = start(&worker, 1, 10);
    let packet = worker.mirror.packet(Delivery::Sure, true);
    assert!(worker.mirror.wait_is_told());
    page.receive(&packet);
    assert!(page.mirror.peer_waits() && page.mirror.is_due());
    let packet = page.mirror.packet(Delivery::Unsure, false);
    assert!(!page.mirror.peer_waits() && !page.mirror.is_due());
    worker.receive(&packet);
    assert!(!worker.mirror.wait_is_told() && !worker.mirror.is_due());
}
