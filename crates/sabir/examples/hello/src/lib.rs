//! The README's example: a worker that asks the page for a name.

use wasm_bindgen::prelude::*;

/// The page, as the worker calls it.
#[sabir::service]
pub trait Ask {
    /// Asks the person.
    fn prompt(&self, text: String) -> String;
    /// Shows a line.
    #[sabir(one_way)]
    fn show(&self, line: String);
}

#[sabir::worker]
fn greet(page: sabir::Page) -> Result<(), sabir::CallError> {
    let ask = AskClient::new(page);
    let name = ask.prompt("Your name?".to_owned())?;
    ask.show(format!("Hello {name}"))
}

#[wasm_bindgen]
extern "C" {
    fn answer(text: &str) -> String;
    fn show(line: &str);
}

struct Person;

impl Ask for Person {
    fn prompt(&self, text: String) -> String {
        answer(&text)
    }

    fn show(&self, line: String) {
        show(&line);
    }
}

/// Starts the worker: called by index.html.
#[wasm_bindgen]
pub async fn start() -> Result<(), JsError> {
    let worker = greet::builder().serve(AskServer::new(Person)).spawn().await?;
    worker.finished().await?;
    Ok(())
}
