//! A counter and a list: ordinary code of Sycamore's, which knows nothing of workers.

use sycamore::prelude::*;

#[component]
pub fn App() -> View {
    let count = create_signal(0);
    let rows = create_signal(Vec::<u32>::new());
    view! {
        main {
            h1 { "Sycamore in a worker" }
            button(id="increment", on:click=move |_| count.set(count.get() + 1)) { (count) }
            button(id="add", on:click=move |_| rows.update(|rows| rows.push(rows.len() as u32 + 1))) { "Add a row" }
            button(id="clear", on:click=move |_| rows.set(Vec::new())) { "Clear" }
            ol {
                Keyed(list=rows, view=|row| view! { li { (format!("row {row}")) } }, key=|row| *row)
            }
        }
    }
}
