//! The demo, driven from its first prompt to its end.

use crate::each::each;
use sabir_pages::{Engine, drive_demo};
use std::path::PathBuf;

async fn check(engine: Engine) {
    let page =
        std::env::var_os("SABIR_DEMO_PAGE").expect("`cargo xtask test pages` builds the page and names it");
    let report = drive_demo(engine, &PathBuf::from(page), None, None).await.unwrap();
    println!("{}", report.to_json());
}

each! {
    the_demo_works_in_chromium: check(Engine::Chromium);
    the_demo_works_in_firefox: check(Engine::Firefox);
    the_demo_works_in_webkit: check(Engine::WebKit);
}
