//! One realm's end of a link, for JavaScript.

use crate::buffers::{Encoded, address, attachments_of, keep_arrived, payload_at};
use crate::deferred::Deferred;
use crate::errors::error_of;
use crate::host::Host;
use crate::names;
use crate::started::{JsCall, Started, deliver};
use sabir_core::codec::Payload;
use sabir_core::service::{AsyncCaller, CallCodec, Method};
use sabir_core::{CallError, CloseReason};
use sabir_fallback::Tunnel;
use sabir_realm::JsEndpoint;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::prelude::*;

/// How often the ring is looked at before the clock is read.
const LOOKS: u32 = 64;

/// One realm's end of a link, whose calls carry values that JavaScript encodes.
///
/// Its name in JavaScript is Sabir's own, since a Rust program's package exports it among the program's.
#[wasm_bindgen(js_name = SabirChannel)]
pub struct Channel {
    pub(crate) endpoint: JsEndpoint,
    pub(crate) host: Rc<Host>,
    deferred: Rc<Deferred>,
    error: Cell<Option<CallError>>,
    /// The address of the last call's answer.
    answer_address: Cell<u32>,
    /// That answer, if a small frame did not hold it.
    answer: Cell<Vec<u8>>,
    pub(crate) tunnel: Option<Rc<Tunnel>>,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Channel({:?})", self.endpoint.counts())
    }
}

impl Channel {
    /// The channel of an endpoint that others turn and serve.
    pub(crate) fn over(
        endpoint: JsEndpoint,
        host: Rc<Host>,
        deferred: Rc<Deferred>,
        tunnel: Option<Rc<Tunnel>>,
    ) -> Channel {
        Channel {
            endpoint,
            host,
            deferred,
            error: Cell::new(None),
            answer_address: Cell::new(0),
            answer: Cell::default(),
            tunnel,
        }
    }
}

// wasm-bindgen would copy the comments into each program's glue.
#[wasm_bindgen(js_class = SabirChannel)]
impl Channel {
    /// Calls, blocks, and gives the number of bytes of the answer, which stand where the word at
    /// [`answer_at`](Channel::answer_at) says, until the next call;
    /// -1 if there is none, for which [`take_error`](Channel::take_error) has the reason.
    ///
    /// No `Result`: wasm-bindgen makes an array of one, which costs as much as the rest of a call.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn call(&self, name: u32, place: f64) -> f64 {
        let _held = self.tunnel.as_ref().map(|tunnel| tunnel.hold());
        let (method, encoded) = (names::method(name), Encoded::new(place));
        match self.endpoint.call_by(method, EncodedCall { channel: self, method, encoded }) {
            Ok(len) => f64::from(len),
            Err(error) => {
                self.error.set(Some(error));
                -1.0
            }
        }
    }

    /// The address of the word that has the address of the last answer.
    #[wasm_bindgen(js_name = answerAt, skip_jsdoc)]
    pub fn answer_at(&self) -> *const u32 {
        self.answer_address.as_ptr()
    }

    /// Why the last [`call`](Channel::call) had no answer: a [`CallError`], as an error of the class of its name.
    #[wasm_bindgen(js_name = takeError, skip_jsdoc)]
    pub fn take_error(&self) -> JsValue {
        self.error.take().map_or(JsValue::UNDEFINED, |error| error_of(&self.host, &error))
    }

    /// Calls, and has the answer given to `Host::answered` or `Host::failed` with `token`.
    ///
    /// A handler's call leaves when the handler has returned, unless it is `urgent`.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn start(&self, name: u32, place: f64, token: f64, urgent: bool) {
        let method = names::method(name);
        let arguments = self.payload(method, Encoded::new(place));
        let call = if urgent {
            self.endpoint.start_at_once(method, arguments)
        } else {
            self.endpoint.start(method, arguments)
        };
        Started::watch(call, Rc::clone(&self.host), token, deliver);
        // The answer is worth polling for, as the next call after one that was served is.
        sabir_realm::expect();
    }

    /// [`call`](Channel::call) of a realm that must not block: serves the link for up to `limit_ms` until the answer has
    /// come. -2 if it is late, and then given as that of [`start`](Channel::start).
    ///
    /// Holds the event loop for as long: for what the browser itself waits for only.
    #[wasm_bindgen(js_name = callWithin, skip_jsdoc)]
    pub fn call_within(&self, name: u32, place: f64, token: f64, limit_ms: f64) -> f64 {
        match self.serve_until_answered(names::method(name), place, limit_ms) {
            (_, Some(Ok(payload))) => f64::from(self.keep_answer(payload)),
            (_, Some(Err(error))) => {
                self.error.set(Some(error));
                -1.0
            }
            (call, None) => {
                Started::watch(call, Rc::clone(&self.host), token, deliver);
                -2.0
            }
        }
    }

    /// Gives this end of the link in words, and has the other's given to `Host::dumped` with `token`.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn dump(&self, token: f64) -> String {
        Started::watch(self.endpoint.start_dump(), Rc::clone(&self.host), token, |host, token, outcome| {
            host.dumped(token, &JsEndpoint::peers_dump(outcome));
        });
        self.endpoint.dump()
    }

    /// Sends a note of the link's own: the other realm takes it at once, and gives no answer. Does not block.
    ///
    /// # Errors
    /// If the link has ended.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn post(&self, name: u32, place: f64) -> Result<(), JsValue> {
        let method = names::method(name);
        let payload = self.payload(method, Encoded::new(place));
        self.endpoint.post_note(method, payload).map_err(|error| error_of(&self.host, &error))
    }

    /// True if calls of the other realm wait to be served.
    #[wasm_bindgen(js_name = hasWaiting, skip_jsdoc)]
    pub fn has_waiting(&self) -> bool {
        self.endpoint.has_waiting()
    }

    /// True if so much waits for the other realm to read that calls are refused.
    #[wasm_bindgen(js_name = isCongested, skip_jsdoc)]
    pub fn is_congested(&self) -> bool {
        self.endpoint.is_congested()
    }

    /// Says that the call being served is answered later, by [`settle`](Channel::settle) with the token given;
    /// errors call its handler `name`.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn defer(&self, name: u32) -> f64 {
        self.deferred.begin(names::method(name)) as f64
    }

    /// Answers a call that was deferred; nothing happens if its caller has given it up.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn settle(&self, token: f64, place: f64) {
        self.deferred.settle(token as u64, payload_at(&self.host, Encoded::new(place)));
    }

    /// Closes the link: `why` is empty, `terminated`, `unloaded`, or how the other realm failed.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn close(&self, why: &str) {
        self.endpoint.close(&match why {
            "" => CloseReason::Closed,
            "terminated" => CloseReason::Terminated,
            "unloaded" => CloseReason::Unloaded,
            failure => CloseReason::Failed(failure.to_owned()),
        });
        sabir_realm::schedule();
    }

    /// Calls, and serves the link for up to `limit_ms`; gives the call, and how it ended if it has.
    fn serve_until_answered(
        &self,
        method: &'static Method,
        place: f64,
        limit_ms: f64,
    ) -> (JsCall, Option<Result<Payload, CallError>>) {
        let deadline = sabir_realm::now() + limit_ms;
        self.endpoint.start_urgent(method, self.payload(method, Encoded::new(place)), |call| {
            loop {
                let poll = Pin::new(&mut *call).poll(&mut Context::from_waker(Waker::noop()));
                if let Poll::Ready(outcome) = poll {
                    return Some(outcome);
                }
                let turned = self.endpoint.turn(LOOKS);
                // A tunnel's packets come by the event loop.
                let too_late = self.tunnel.is_some() || sabir_realm::now() > deadline;
                if turned.is_ok() && too_late {
                    return None;
                }
            }
        })
    }

    /// Keeps an answer that came in a payload until the next call; gives its number of bytes.
    fn keep_answer(&self, Payload { body, attachments }: Payload) -> u32 {
        keep_arrived(attachments);
        let len = self.answered(&body);
        self.answer.set(body);
        len
    }

    /// Says where an answer stands, and how many bytes it has.
    fn answered(&self, answer: &[u8]) -> u32 {
        self.answer_address.set(address(answer));
        answer.len() as u32
    }

    #[inline(never)]
    fn payload(&self, method: &Method, encoded: Encoded) -> Payload {
        let attachments = attachments_of(&self.host, encoded);
        encoded.with(|bytes| method.payload(bytes, attachments))
    }
}

/// A call whose arguments JavaScript has encoded. Its answer is noted for JavaScript, and gives its length.
struct EncodedCall<'a> {
    channel: &'a Channel,
    method: &'static Method,
    encoded: Encoded,
}

impl CallCodec for EncodedCall<'_> {
    type Answer = u32;

    fn write_small(&self, into: &mut [u8]) -> Option<usize> {
        self.encoded.copy_small(into)
    }

    fn encode(&self) -> Result<Payload, CallError> {
        Ok(self.channel.payload(self.method, self.encoded))
    }

    fn read_small(self, answer: &[u8]) -> u32 {
        // It stays in its frame, which no call takes before JavaScript has read it.
        self.channel.answered(answer)
    }

    fn read(self, payload: Payload) -> u32 {
        self.channel.keep_answer(payload)
    }
}
