//! A counter and a list: ordinary code of Leptos's, which knows nothing of workers.

use leptos::prelude::*;

#[component]
pub fn App() -> impl IntoView {
    let (count, set_count) = signal(0);
    let (rows, set_rows) = signal(Vec::<u32>::new());
    view! {
        <main>
            <h1>"Leptos in a worker"</h1>
            <button id="increment" on:click=move |_| set_count.update(|count| *count += 1)>{count}</button>
            <button id="add" on:click=move |_| set_rows.update(|rows| rows.push(rows.len() as u32 + 1))>"Add a row"</button>
            <button id="clear" on:click=move |_| set_rows.set(Vec::new())>"Clear"</button>
            <ol>
                <For each=move || rows.get() key=|row| *row let(row)>
                    <li>{format!("row {row}")}</li>
                </For>
            </ol>
        </main>
    }
}
