//! The browsers that Sabir is tested in, and how each is started.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::str::FromStr;

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
    /// WebKitGTK, by WebKitWebDriver, with shared memory, which is off in it unless asked for.
    WebKit,
    /// The same without shared memory, for any headers of a page.
    WebKitUnshared,
}

/// Every engine that has all that Sabir needs.
pub const ENGINES: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::WebKit];

/// The flags that keep a headless Chromium quiet; as root it starts without its sandbox only.
const CHROMIUM_FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,760",
    // Tests of freed objects must collect garbage.
    "--js-flags=--expose-gc",
];

impl Engine {
    /// Its name, as command lines take it.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::WebKit => "webkit",
            Engine::WebKitUnshared => "webkit-unshared",
        }
    }

    /// The WebDriver server: what CHROMEDRIVER, GECKODRIVER or WEBKITDRIVER says, else by its name.
    pub(crate) fn driver(self) -> PathBuf {
        let (variable, name) = match self {
            Engine::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Engine::Firefox => ("GECKODRIVER", "geckodriver"),
            Engine::WebKit | Engine::WebKitUnshared => {
                ("WEBKITDRIVER", concat!(env!("CARGO_MANIFEST_DIR"), "/webkit-driver"))
            }
        };
        std::env::var_os(variable).map_or_else(|| name.into(), PathBuf::from)
    }

    /// Environment variables of the driver and its browser.
    pub(crate) fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Engine::WebKitUnshared => &[("JSC_useSharedArrayBuffer", "0")],
            _ => &[],
        }
    }

    /// True if the browser prints the page's console. WebKit does not for a private window, as a driven one is.
    pub(crate) fn prints_console(self) -> bool {
        !matches!(self, Engine::WebKit | Engine::WebKitUnshared)
    }

    /// True if a line of the browser's output is from the page's console.
    pub(crate) fn is_console(self, line: &str) -> bool {
        match self {
            Engine::Chromium => line.contains(":CONSOLE:"),
            Engine::Firefox => line.starts_with("console.") || line.starts_with("JavaScript error"),
            Engine::WebKit | Engine::WebKitUnshared => false,
        }
    }

    /// The capabilities that a new session asks for.
    pub(crate) fn capabilities(self) -> Map<String, Value> {
        let options = match self {
            Engine::Chromium => json!({ "goog:chromeOptions": { "args": CHROMIUM_FLAGS } }),
            Engine::Firefox => json!({ "moz:firefoxOptions": {
                "args": ["-headless", "--width=1000", "--height=760"],
                // The console is printed: WebDriver has no command for it.
                // Timers and clocks to the microsecond, as in an isolated page of a normal profile.
                "prefs": { "devtools.console.stdout.content": true, "privacy.reduceTimerPrecision": false },
            } }),
            // The driver knows its browser.
            Engine::WebKit | Engine::WebKitUnshared => json!({}),
        };
        match options {
            Value::Object(options) => options,
            _ => Map::new(),
        }
    }
}

impl FromStr for Engine {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Engine> {
        let mut engines = ENGINES.into_iter().chain([Engine::WebKitUnshared]);
        let engine = engines.find(|engine| engine.name() == name);
        engine.with_context(|| {
            format!("there is no engine `{name}`; use chromium, firefox, webkit or webkit-unshared")
        })
    }
}
