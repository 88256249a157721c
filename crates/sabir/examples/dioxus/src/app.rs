//! A counter and a list: ordinary code of Dioxus's, which knows nothing of workers.

use dioxus::prelude::*;

#[component]
pub fn App() -> Element {
    let mut count = use_signal(|| 0);
    let mut rows = use_signal(Vec::<u32>::new);
    rsx! {
        main {
            h1 { "Dioxus in a worker" }
            button { id: "increment", onclick: move |_| count += 1, "{count}" }
            button {
                id: "add",
                onclick: move |_| {
                    let next = rows.len() as u32 + 1;
                    rows.push(next);
                },
                "Add a row"
            }
            button { id: "clear", onclick: move |_| rows.clear(), "Clear" }
            ol {
                for row in rows.iter() {
                    li { key: "{row}", "row {row}" }
                }
            }
        }
    }
}
