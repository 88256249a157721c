//! A worker's links to other workers. The page introduces them, and relays what memory cannot carry.

use crate::js;
use crate::peer::Peer;
use js_sys::{Array, Function, Promise};
use sabir_core::layout::link_bytes;
use sabir_core::{CloseReason, JsWords, Link};
use sabir_realm::{Doorbell, field, messages, object, text};
use sabir_remote::{Remote, RemoteSettings};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Bytes of each of a link's two rings: larger values are streamed.
const RING_BYTES: usize = 1 << 20;

const NOT_ACCEPTED: &str =
    "it accepts no links: call `page.accept(…)` there, before its program first awaits";
const PEER_ENDED: &str = "its realm ended: it was terminated, closed itself, or crashed";

/// Why this worker is not linked to another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The page shares no memory with its workers.
    #[error(
        "workers are linked by shared memory: {0}; serve the page with the headers \
         `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`"
    )]
    NotShared(String),
    /// No other worker has this name, that one did not start, or the browser refuses the memory of a link.
    #[error("no link to the worker `{name}`: {why}")]
    Refused {
        /// The name asked for.
        name: String,
        /// The words of the page, or of the browser.
        why: String,
    },
    /// The link to the page has ended.
    #[error("the page introduces no worker any more: the link is closed: {0}")]
    Closed(CloseReason),
}

/// Is given each link of another worker.
type Accept = dyn Fn(Peer);

/// The links of one worker.
pub(crate) struct Links {
    doorbell: Doorbell,
    linked: RefCell<Vec<Linked>>,
    accept: RefCell<Option<Rc<Accept>>>,
    listening: Cell<bool>,
}

struct Linked {
    id: String,
    peer: Peer,
    /// Resolves the promise of the worker that waits for this link.
    connected: Option<Function>,
    /// True if the other worker has opened it.
    is_theirs: bool,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Links({})", self.linked.borrow().len())
    }
}

impl Links {
    /// `doorbell` wakes this worker.
    pub fn new(doorbell: Doorbell) -> Rc<Links> {
        let (linked, accept, listening) = (RefCell::default(), RefCell::default(), Cell::new(false));
        Rc::new(Links { doorbell, linked, accept, listening })
    }

    /// Links this worker to the one of this name; `page` is the end of the link to the page.
    pub async fn connect(self: &Rc<Self>, page: &Remote, name: String) -> Result<Peer, ConnectError> {
        let refused = |why| ConnectError::Refused { name: name.clone(), why };
        if let Some(why) = sabir_realm::no_shared_memory() {
            return Err(ConnectError::NotShared(why.to_owned()));
        }
        self.listen(page);
        // It serves both ways, also while that worker is blocked in a call of this one: it could not take another.
        if let Some(peer) = self.theirs(&name) {
            return Ok(peer);
        }
        let memory = sabir_realm::shared_memory(link_bytes(RING_BYTES)).map_err(refused)?;
        let link =
            Link::create(JsWords::new(&memory), RING_BYTES).map_err(|error| refused(error.to_string()))?;
        let id = sabir_realm::random_uuid();
        let mut connected = None;
        let answer = Promise::new(&mut |resolve, _| connected = Some(resolve));
        let peer = self.open(&id, Some(name.clone()), link, connected, false);
        let request = object(&[
            ("type", messages::CONNECT.into()),
            ("id", id.as_str().into()),
            ("name", name.as_str().into()),
            ("memory", memory.into()),
            ("byMessage", (self.doorbell == Doorbell::Message).into()),
        ]);
        let failed = match js::post_message(&request) {
            Ok(()) => JsFuture::from(answer).await.ok().and_then(|why| why.as_string()),
            Err(error) => Some(sabir_realm::text_of(&error)),
        };
        // The first turn comes after the caller has had the chance to export.
        self.bind(&id, &peer);
        match failed {
            None => Ok(peer),
            Some(why) => {
                peer.close();
                Err(refused(why))
            }
        }
    }

    /// Gives each link of another worker to `accept` from now on; `page` is the end of the link to the page.
    pub fn accept(self: &Rc<Self>, page: &Remote, accept: impl Fn(Peer) + 'static) {
        self.accept.replace(Some(Rc::new(accept)));
        self.listen(page);
    }

    /// Refuses the link of another worker, if the message is one and nobody accepts it. False if it is none.
    pub fn refuses(&self, message: &JsValue) -> bool {
        let is_link = text(message, "type").as_deref() == Some(messages::LINKED);
        if is_link && self.accept.borrow().is_none() {
            confirm(field(message, "id"), NOT_ACCEPTED.into());
        }
        is_link
    }

    /// Hears of links from now on.
    fn listen(self: &Rc<Self>, page: &Remote) {
        if self.listening.replace(true) {
            return;
        }
        let links = Rc::clone(self);
        let listener = move |event: js::MessageEvent| links.receive(&event.data());
        let listener = Closure::<dyn Fn(js::MessageEvent)>::new(listener).into_js_value();
        js::add_event_listener("message", listener.unchecked_ref());
        let links = Rc::clone(self);
        let unlinked = move |id: String| {
            if let Some(peer) = links.peer(&id) {
                peer.end(&CloseReason::Failed(PEER_ENDED.to_owned()));
            }
            links.answer(&id, &PEER_ENDED.into());
        };
        let unlinked = Closure::<dyn Fn(String)>::new(unlinked).into_js_value();
        let links = Rc::clone(self);
        let ended = Closure::<dyn Fn()>::new(move || links.refuse_connecting()).into_js_value();
        page.watch_links(unlinked.unchecked_ref(), ended.unchecked_ref());
    }

    fn receive(self: &Rc<Self>, message: &JsValue) {
        let id = || text(message, "id").unwrap_or_default();
        match text(message, "type").as_deref() {
            Some(messages::CONNECTED) => self.answer(&id(), &field(message, "error")),
            Some(messages::LINKED) => self.take(&id(), message),
            Some(messages::RELAYED) => {
                let relayed = field(message, "message");
                if !self.peer(&id()).is_some_and(|peer| peer.remote.receive(&relayed)) {
                    sabir_realm::pump::run();
                }
            }
            _ => {}
        }
    }

    /// Takes the end of a link that another worker has made.
    fn take(self: &Rc<Self>, id: &str, message: &JsValue) {
        let accept = self.accept.borrow().clone();
        // A link that has ended meanwhile needs no end.
        let link = Link::attach(JsWords::new(field(message, "memory").unchecked_ref()));
        if let (Some(accept), Ok(link)) = (accept, link) {
            let peer = self.open(id, text(message, "name"), link, None, true);
            accept(peer.clone());
            self.bind(id, &peer);
            confirm(id.into(), JsValue::UNDEFINED);
        }
    }

    /// Opens this worker's end of a link, which nothing turns yet.
    fn open(
        &self,
        id: &str,
        name: Option<String>,
        link: Link<JsWords>,
        connected: Option<Function>,
        is_theirs: bool,
    ) -> Peer {
        let ring = relay(id.to_owned());
        let endpoint = sabir_realm::endpoint(link, move || ring(&messages::ring(), &Array::new()));
        let cargo = relay(id.to_owned());
        let send = move |message: JsValue, transfer: Array| cargo(&message, &transfer);
        let remote = Remote::serve(&endpoint, None, RemoteSettings::new(send));
        let peer = Peer::new(endpoint, remote, name);
        let linked = Linked { id: id.to_owned(), peer: peer.clone(), connected, is_theirs };
        self.linked.borrow_mut().push(linked);
        peer
    }

    /// Turns a link from now on, until it ends. A name that is not exported then is an error.
    fn bind(self: &Rc<Self>, id: &str, peer: &Peer) {
        let (links, remote, ended) = (Rc::clone(self), Rc::clone(&peer.remote), id.to_owned());
        sabir_realm::bind(&peer.endpoint, self.doorbell, move || {
            remote.closed();
            links.forget(&ended);
        });
        let settling = Rc::clone(&peer.remote);
        wasm_bindgen_futures::spawn_local(async move { settling.settle() });
    }

    fn forget(&self, id: &str) {
        let ended = self.linked.borrow_mut().extract_if(.., |linked| linked.id == id).next();
        drop(ended);
        // A page that cannot be told has ended.
        let _ = js::post_message(&object(&[("type", messages::DISCONNECT.into()), ("id", id.into())]));
    }

    fn peer(&self, id: &str) -> Option<Peer> {
        self.linked.borrow().iter().find(|linked| linked.id == id).map(|linked| linked.peer.clone())
    }

    /// The link that a worker of this name has opened.
    fn theirs(&self, name: &str) -> Option<Peer> {
        let linked = self.linked.borrow();
        let theirs = linked.iter().find(|linked| linked.is_theirs && linked.peer.name() == Some(name))?;
        Some(theirs.peer.clone())
    }

    /// Tells the worker that waits for a link that it is there, or why not.
    fn answer(&self, id: &str, error: &JsValue) {
        let mut linked = self.linked.borrow_mut();
        let waiting =
            linked.iter_mut().find(|linked| linked.id == id).and_then(|linked| linked.connected.take());
        drop(linked);
        if let Some(waiting) = waiting {
            // The resolver of a promise throws nothing.
            let _ = waiting.call1(&JsValue::UNDEFINED, error);
        }
    }

    /// The page can introduce nobody any more.
    fn refuse_connecting(&self) {
        let ids: Vec<_> = self.linked.borrow().iter().map(|linked| linked.id.clone()).collect();
        for id in ids {
            self.answer(&id, &"the link to the page has ended".into());
        }
    }
}

/// Tells the worker that has made a link that this one has taken its end, or why not.
fn confirm(id: JsValue, error: JsValue) {
    // A page that cannot be told has ended.
    let _ = js::post_message(&object(&[("type", messages::CONNECTED.into()), ("id", id), ("error", error)]));
}

/// Sends messages to the other worker of a link, by way of the page: the message, and what is transferred.
fn relay(id: String) -> impl Fn(&JsValue, &Array) -> Result<(), JsValue> {
    move |message, transfer| {
        let relayed = object(&[
            ("type", messages::RELAY.into()),
            ("id", id.as_str().into()),
            ("message", message.clone()),
            ("transfer", transfer.into()),
        ]);
        js::post_message_with_transfer(&relayed, transfer)
    }
}
