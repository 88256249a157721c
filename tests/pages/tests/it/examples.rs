//! The examples of the crate `sabir`: each page does what it is for, with shared memory and without.

use crate::each::each;
use sabir_pages::{Browser, Engine, Server};
use std::path::PathBuf;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// An example, and steps in its page: an action, then a condition that holds in the end.
type Example = (&'static str, &'static [(&'static str, &'static str)]);

/// Notes when the page changes. A framework listens last, and each of its steps may be a trip.
const WATCH: &str = "
    window.changed = performance.now();
    const note = () => (window.changed = performance.now());
    new MutationObserver(note).observe(document, { childList: true, subtree: true, attributes: true });";

/// The steps of a counter and a list, whose ids all frameworks' pages have.
const COUNTER: &[(&str, &str)] = &[
    (WATCH, "document.querySelector('#add') !== null && performance.now() - window.changed > 300"),
    (
        "document.querySelector('#increment').click()",
        "document.querySelector('#increment').innerText === '1'",
    ),
    (
        "document.querySelector('#increment').click()",
        "document.querySelector('#increment').innerText === '2'",
    ),
    ("document.querySelector('#add').click()", "document.querySelectorAll('li').length === 1"),
    ("document.querySelector('#add').click()", "document.querySelectorAll('li')[1]?.innerText === 'row 2'"),
    ("document.querySelector('#clear').click()", "document.querySelectorAll('li').length === 0"),
];

const ENTER: &str = "
    const input = document.querySelector('input');
    input.value = 'milk';
    window.went_on = input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }));";

const CHOOSE: &str = "
    const chosen = new DataTransfer();
    chosen.items.add(new File([new Uint8Array(50e6).fill(3)], 'large.bin'));
    const input = document.querySelector('#file');
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));";

const EXAMPLES: &[Example] = &[
    ("hello", &[("", "document.body.innerText.includes('Hello Ada')")]),
    (
        "progress",
        &[("", "/^216816 primes, after [0-9]+ reports$/.test(document.querySelector('#status').innerText)")],
    ),
    (
        "progress",
        &[
            ("", "/[1-9] %$/.test(document.querySelector('#status').innerText)"),
            (
                "document.querySelector('#stop').click()",
                "document.querySelector('#status').innerText.includes('interrupted')",
            ),
        ],
    ),
    (
        "file",
        &[
            ("", "document.querySelector('#status').innerText === 'choose a file'"),
            (CHOOSE, "document.querySelector('#status').innerText === 'sum of the bytes: 150000000'"),
        ],
    ),
    (
        "canvas",
        &[
            ("", "document.title === 'drawn'"),
            (
                "",
                "document.querySelector('#pages').getContext('2d').getImageData(4, 4, 1, 1).data[1] === 128",
            ),
        ],
    ),
    (
        "dom",
        &[
            ("", "document.querySelector('ul') !== null"),
            (
                ENTER,
                "document.querySelectorAll('li')[0]?.innerText === 'milk' && document.querySelector('input').value === ''",
            ),
            ("document.querySelector('li').click()", "document.querySelectorAll('li').length === 0"),
        ],
    ),
    ("yew", COUNTER),
    ("leptos", COUNTER),
    ("sycamore", COUNTER),
    ("dioxus", COUNTER),
];

/// Takes the steps of all examples.
async fn check(engine: Engine, isolated: bool) {
    let pages = std::env::var_os("SABIR_EXAMPLES")
        .expect("`cargo xtask test examples` builds the examples and names their folder");
    let server = Server::start(&PathBuf::from(pages), isolated, 0).await.unwrap();
    for (name, steps) in EXAMPLES {
        let browser = Browser::launch(engine).await.unwrap();
        browser.goto(&server.url(&format!("/{name}/index.html?name=Ada"))).await.unwrap();
        for (action, condition) in *steps {
            browser.run(action).await.unwrap();
            if let Err(error) = browser.wait_for(condition, LIMIT).await {
                let page = browser.run("return document.body.innerHTML").await;
                panic!("{engine:?}, {name}, after `{action}`: {error}; {page:?}; {:?}", browser.console());
            }
        }
        browser.close().await.unwrap();
    }
}

each! {
    the_examples_work_in_chromium: check(Engine::Chromium, true);
    the_examples_work_in_firefox: check(Engine::Firefox, true);
    the_examples_work_without_shared_memory_in_chromium: check(Engine::Chromium, false);
    the_examples_work_without_shared_memory_in_firefox: check(Engine::Firefox, false);
}
