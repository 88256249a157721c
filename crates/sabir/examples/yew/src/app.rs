//! A counter and a list: ordinary code of Yew's, which knows nothing of workers.

use yew::prelude::*;

#[component]
pub fn App() -> Html {
    let count = use_state(|| 0);
    let rows = use_state(Vec::<u32>::new);
    let increment = {
        let count = count.clone();
        Callback::from(move |_: MouseEvent| count.set(*count + 1))
    };
    let add = {
        let rows = rows.clone();
        Callback::from(move |_: MouseEvent| {
            let mut longer = (*rows).clone();
            longer.push(longer.len() as u32 + 1);
            rows.set(longer);
        })
    };
    let clear = {
        let rows = rows.clone();
        Callback::from(move |_: MouseEvent| rows.set(Vec::new()))
    };
    html! {
        <main>
            <h1>{ "Yew in a worker" }</h1>
            <button id="increment" onclick={increment}>{ *count }</button>
            <button id="add" onclick={add}>{ "Add a row" }</button>
            <button id="clear" onclick={clear}>{ "Clear" }</button>
            <ol>{ for rows.iter().map(|row| html! { <li key={*row}>{ format!("row {row}") }</li> }) }</ol>
        </main>
    }
}
