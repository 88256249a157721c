//! The table of js-framework-benchmark: ordinary code of Leptos's, which knows nothing of workers.

use frameworks_shared::{Maker, ROWS, updated};
use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Row {
    id: u32,
    label: RwSignal<String>,
}

#[component]
pub fn App() -> impl IntoView {
    let maker = StoredValue::new(Maker::default());
    let (rows, set_rows) = signal(Vec::<Row>::new());
    let (selected, set_selected) = signal(None);
    let is_selected = Selector::new(move || selected.get());
    let run = move |_| {
        let made = maker.try_update_value(|maker| maker.rows(ROWS)).unwrap_or_default();
        let made =
            made.into_iter().map(|row| Row { id: row.id, label: RwSignal::new(row.label.to_string()) });
        set_rows.set(made.collect());
    };
    let update = move |_| {
        for row in rows.get_untracked().iter().step_by(10) {
            row.label.update(|label| *label = updated(label));
        }
    };
    let swap_rows = move |_| {
        set_rows.update(|rows| {
            if rows.len() > 998 {
                rows.swap(1, 998);
            }
        });
    };
    let clear = move |_| set_rows.set(Vec::new());
    let remove = move |id| set_rows.update(|rows| rows.retain(|row| row.id != id));
    view! {
        <div class="container">
            <h1>"Leptos"</h1>
            <button id="run" on:click=run>"Create 1,000 rows"</button>
            <button id="update" on:click=update>"Update every 10th row"</button>
            <button id="swaprows" on:click=swap_rows>"Swap rows"</button>
            <button id="clear" on:click=clear>"Clear"</button>
            <table><tbody>
                <For each=move || rows.get() key=|row| row.id let(Row { id, label })>
                    {
                        let is_selected = is_selected.clone();
                        on_cleanup(move || label.dispose());
                        view! {
                            <tr class:danger=move || is_selected.selected(&Some(id))>
                                <td class="col-md-1">{id}</td>
                                <td class="col-md-4">
                                    <a on:click=move |_| set_selected.set(Some(id))>{label}</a>
                                </td>
                                <td class="col-md-1">
                                    <a class="remove" on:click=move |_| remove(id)>
                                        <span class="glyphicon glyphicon-remove" aria-hidden="true"></span>
                                    </a>
                                </td>
                                <td class="col-md-6"></td>
                            </tr>
                        }
                    }
                </For>
            </tbody></table>
        </div>
    }
}
