//! The page's frames, which a flood of calls must leave room for.
//!
//! Chromium draws between the pump's slices. Firefox gives a frame no precedence over the messages by which the pump yields:
//! flooded, it drew 40 frames in a second instead of 60. So when a frame is late, the pump stands still until it has come.

use crate::js;
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// How long after the first slice that follows a frame the next one is late, in ms: with that slice, a frame at 60 Hz.
const INTERVAL_MS: f64 = 12.0;

/// How long a late frame is waited for, in ms: a hidden page draws none.
const PATIENCE_MS: f64 = 20.0;

/// A page's frames.
pub(crate) struct Frames {
    last_ms: Cell<f64>,
    /// A frame was asked for and has not come.
    asked: Cell<bool>,
    /// The pump waits for it, until this timer ends its patience.
    waiting: Cell<Option<f64>>,
    /// The last one that was waited for did come.
    alive: Cell<bool>,
    on_frame: Closure<dyn FnMut()>,
    on_timer: Closure<dyn FnMut()>,
}

impl Frames {
    /// `on_frame` and `on_timer` run in tasks of their own, and must call [`came`](Frames::came) and
    /// [`gave_up`](Frames::gave_up).
    pub fn new(on_frame: impl FnMut() + 'static, on_timer: impl FnMut() + 'static) -> Self {
        Frames {
            last_ms: Cell::new(0.0),
            asked: Cell::new(false),
            waiting: Cell::new(None),
            alive: Cell::new(true),
            on_frame: Closure::new(on_frame),
            on_timer: Closure::new(on_timer),
        }
    }

    /// The pump yields: true if a frame is late, and the pump is to stand still until it runs again.
    pub fn wait(&self, now_ms: f64) -> bool {
        if !js::has_frames() || self.waiting.get().is_some() {
            return self.waiting.get().is_some();
        }
        if !self.asked.replace(true) {
            self.last_ms.set(now_ms);
            let asked = js::request_animation_frame(self.on_frame.as_ref().unchecked_ref());
            self.alive.update(|alive| alive && asked.is_ok());
        }
        if !self.alive.get() || now_ms - self.last_ms.get() < INTERVAL_MS {
            return false;
        }
        self.waiting.set(js::set_timeout(self.on_timer.as_ref().unchecked_ref(), PATIENCE_MS).ok());
        self.waiting.get().is_some()
    }

    /// A frame has come; true if the pump waited for it.
    pub fn came(&self) -> bool {
        self.asked.set(false);
        self.alive.set(true);
        let waiting = self.waiting.take();
        if let Some(timer) = waiting {
            let _ = js::clear_timeout(timer);
        }
        waiting.is_some()
    }

    /// None has come.
    pub fn gave_up(&self) {
        self.alive.set(false);
        self.waiting.set(None);
    }
}
