//! The table of js-framework-benchmark: ordinary code of Yew's, which knows nothing of workers.

use frameworks_shared::{Maker, ROWS, Row, compute_for, updated};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Clone, Default)]
struct Table {
    maker: Maker,
    rows: Vec<Row>,
    selected: Option<u32>,
}

enum Action {
    Run,
    Update,
    SwapRows,
    Clear,
    Select(u32),
    Remove(u32),
}

impl Reducible for Table {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut table = (*self).clone();
        match action {
            Action::Run => table.rows = table.maker.rows(ROWS),
            Action::Update => {
                for row in table.rows.iter_mut().step_by(10) {
                    row.label = updated(&row.label).into();
                }
            }
            Action::SwapRows if table.rows.len() > 998 => table.rows.swap(1, 998),
            Action::SwapRows => {}
            Action::Clear => table.rows.clear(),
            Action::Select(id) => table.selected = Some(id),
            Action::Remove(id) => table.rows.retain(|row| row.id != id),
        }
        table.into()
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    row: Row,
    is_selected: bool,
    select: Callback<u32>,
    remove: Callback<u32>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let id = props.row.id;
    let select = props.select.reform(move |_: MouseEvent| id);
    let remove = props.remove.reform(move |_: MouseEvent| id);
    html! {
        <tr class={props.is_selected.then_some("danger")}>
            <td class="col-md-1">{ id }</td>
            <td class="col-md-4"><a onclick={select}>{ &*props.row.label }</a></td>
            <td class="col-md-1">
                <a class="remove" onclick={remove}>
                    <span class="glyphicon glyphicon-remove" aria-hidden="true"></span>
                </a>
            </td>
            <td class="col-md-6"></td>
        </tr>
    }
}

#[component]
pub fn App() -> Html {
    let table = use_reducer(Table::default);
    let computed = use_state(|| 0);
    let act = |action: fn() -> Action| {
        let dispatcher = table.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(action()))
    };
    let select = use_callback(table.dispatcher(), |id, table| table.dispatch(Action::Select(id)));
    let remove = use_callback(table.dispatcher(), |id, table| table.dispatch(Action::Remove(id)));
    let compute = {
        let computed = computed.clone();
        Callback::from(move |_: MouseEvent| {
            compute_for(5000.0);
            computed.set(*computed + 1);
        })
    };
    let lines = table.rows.iter().map(|row| {
        let is_selected = table.selected == Some(row.id);
        html! { <Line key={row.id} row={row.clone()} {is_selected} select={&select} remove={&remove} /> }
    });
    html! {
        <div class="container">
            <h1>{ "Yew" }</h1>
            <button id="run" onclick={act(|| Action::Run)}>{ "Create 1,000 rows" }</button>
            <button id="update" onclick={act(|| Action::Update)}>{ "Update every 10th row" }</button>
            <button id="swaprows" onclick={act(|| Action::SwapRows)}>{ "Swap rows" }</button>
            <button id="clear" onclick={act(|| Action::Clear)}>{ "Clear" }</button>
            <button id="compute" onclick={compute}>{ "Compute for 5 s" }</button>
            <output id="computed">{ *computed }</output>
            <table><tbody>{ for lines }</tbody></table>
        </div>
    }
}
