//! Two endpoints on two threads, and a service by hand: what the macro would generate is tested in `sabir`.

use sabir_core::layout::link_bytes;
use sabir_core::service::{Answer, Arguments, BlockingCaller, Method, Service};
use sabir_core::{CallError, Endpoint, Link, NativeWords, Platform, Words};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use std::sync::LazyLock;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A test that blocks for longer than this has hung.
const WATCHDOG: Duration = Duration::from_secs(120);

pub type NativeEndpoint = Endpoint<NativeWords>;

pub fn platform() -> Platform {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Platform {
        now_ms: || START.elapsed().as_secs_f64() * 1000.0,
        schedule: || {},
        spins: 50,
        turn_others: || sabir_core::Others::None,
        wake_by_message: Rc::new(|| unreachable!("native endpoints sleep on words")),
        nesting: Rc::default(),
    }
}

/// A method that an event loop calls.
pub const fn of_loop(mut method: Method) -> Method {
    method.of_loop = true;
    method
}

/// A service made of a list of methods and one function.
struct Handler<F> {
    methods: &'static [Method],
    serve: F,
}

impl<F: Fn(&'static str, Arguments) -> Answer> Service for Handler<F> {
    fn methods(&self) -> &'static [Method] {
        self.methods
    }

    fn serve(&self, index: usize, arguments: Arguments) -> Answer {
        (self.serve)(self.methods[index].name, arguments)
    }
}

/// Serves `methods` by `serve`.
pub fn serve(
    endpoint: &NativeEndpoint,
    methods: &'static [Method],
    serve: impl Fn(&'static str, Arguments) -> Answer + 'static,
) {
    endpoint.serve(Rc::new(Handler { methods, serve }));
}

/// Runs `page` on endpoint A in a thread of its own, which then serves until the link closes, and `worker` on B here.
pub fn with_link<R>(
    capacity: usize,
    page: impl FnOnce(&NativeEndpoint) + Send + 'static,
    worker: impl FnOnce(&NativeEndpoint) -> R,
) -> R {
    with_link_of(capacity, platform, page, worker)
}

/// [`with_link`], whose page has another platform.
pub fn with_link_of<R>(
    capacity: usize,
    pages: fn() -> Platform,
    page: impl FnOnce(&NativeEndpoint) + Send + 'static,
    worker: impl FnOnce(&NativeEndpoint) -> R,
) -> R {
    let words = NativeWords::new(link_bytes(capacity));
    let link = Link::create(words.clone(), capacity).unwrap();
    let attached = Link::attach(words).unwrap();
    let (control, _watchdog) = (link.control(), Watchdog::start());
    let thread: JoinHandle<()> = thread::spawn(move || {
        let endpoint = Endpoint::new(link, pages());
        page(&endpoint);
        serve_until_closed(&endpoint);
    });
    let result = worker(&Endpoint::new(attached, platform()));
    let _ = control.close(&sabir_core::CloseReason::Closed);
    thread.join().unwrap();
    result
}

/// An event loop in miniature: turn, look at deadlines, sleep a little.
pub fn serve_until_closed(endpoint: &NativeEndpoint) {
    loop {
        endpoint.nesting().begin_turn();
        match endpoint.turn(1) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(_) => return,
        }
        endpoint.expire((platform().now_ms)());
        if endpoint.check_open().is_err() {
            return;
        }
        if let Some(how) = endpoint.park(false) {
            let control = endpoint.control();
            control.words().wait(control.parked_index(), how.word(), 20.0);
        }
    }
}

pub fn call<A: Serialize, R: DeserializeOwned>(
    caller: &impl BlockingCaller,
    method: &'static Method,
    arguments: A,
) -> Result<R, CallError> {
    caller.call_value(method, &arguments)
}

/// Ends the process when a test hangs: a hung thread cannot be stopped otherwise.
struct Watchdog {
    _alive: std::sync::mpsc::Sender<()>,
}

impl Watchdog {
    fn start() -> Self {
        let (alive, ended) = std::sync::mpsc::channel();
        let name = thread::current().name().unwrap_or("a test").to_owned();
        thread::spawn(move || {
            if ended.recv_timeout(WATCHDOG) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                eprintln!("{name} hung for {WATCHDOG:?}");
                std::process::exit(101);
            }
        });
        Watchdog { _alive: alive }
    }
}
