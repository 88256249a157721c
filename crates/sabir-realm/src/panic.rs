//! A panic closes the realm's links, so that whoever waits for it learns what happened.

use sabir_core::CloseReason;
use std::sync::Once;

/// Has panics call `close_links`; the hook that was there before runs too.
pub(crate) fn install(close_links: fn(&CloseReason)) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| add_hook(close_links));
}

/// Installs the hook once more, when the program makes its first call: it may have set a hook of its own since the start.
pub(crate) fn keep(close_links: fn(&CloseReason)) {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| add_hook(close_links));
}

fn add_hook(close_links: fn(&CloseReason)) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        let payload = info.payload();
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = text.unwrap_or("a panic without a message");
        let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        close_links(&CloseReason::Panicked(format!("{message}{place}")));
    }));
}
