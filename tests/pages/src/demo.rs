//! Drives the demo page as a person would, and checks what it computed against a count of its own.

use crate::{Browser, Engine, Server};
use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// The sample is repeated to this many bytes, so that the file is a large one.
const INPUT_BYTES: usize = 32 << 20;

/// How long a step may take on a busy machine.
const STEP_LIMIT: Duration = Duration::from_secs(60);

/// The demo's results and behaviour.
#[derive(Debug)]
pub struct DemoReport {
    engine: Engine,
    bytes: usize,
    words: u64,
    different: usize,
    most_frequent: String,
    calls: u64,
    calls_per_second: u64,
    longest_frame_ms: u64,
}

impl DemoReport {
    /// One line.
    pub fn to_json(&self) -> String {
        json!({
            "engine": self.engine.name(),
            "file_bytes": self.bytes,
            "words": self.words,
            "different_words": self.different,
            "most_frequent": self.most_frequent,
            "interrupted_while_computing": true,
            "interrupted_while_blocked": true,
            "calls": self.calls,
            "calls_per_second": self.calls_per_second,
            "longest_frame_ms": self.longest_frame_ms,
        })
        .to_string()
    }
}

/// Gives the built page in `folder` `input` to read, or its own sample many times over. Then interrupts it while it computes
/// and while it is blocked, asks it for a word, and ends it.
///
/// # Errors
/// If anything fails; the error has the text of the page.
pub async fn drive_demo(
    engine: Engine,
    folder: &Path,
    input: Option<&Path>,
    screenshot: Option<&Path>,
) -> Result<DemoReport> {
    let text = match input {
        Some(input) => std::fs::read(input)?,
        None => {
            let sample =
                std::fs::read(folder.join("sample.txt")).context("the page has no sample; build it first")?;
            sample.iter().copied().cycle().take(INPUT_BYTES).collect()
        }
    };
    let expected = Count::of(&text);
    let mut file = tempfile::Builder::new().prefix("sabir-demo-").suffix(".txt").tempfile()?;
    file.write_all(&text)?;

    let server = Server::start(folder, true, 0).await?;
    let browser = Browser::launch(engine).await?;
    browser.goto(&server.url("/index.html")).await?;
    let demo = Demo { browser };

    demo.browser.wait_for("!document.querySelector('#picker').hidden", STEP_LIMIT).await?;
    let path = file.path().to_str().context("the temporary folder's name is not UTF-8")?;
    demo.browser.find(Locator::Css("#file")).await?.send_keys(path).await?;
    demo.browser.wait_for("parseFloat(document.querySelector('#bar').style.width) > 3", STEP_LIMIT).await?;
    demo.stop("^C at ").await?;
    demo.answer("y", " different; ").await?;
    let summary = demo.line_with(" different; ").await?;
    ensure!(
        summary == expected.summary(),
        "the page counted «{summary}», it should be «{}»",
        expected.summary()
    );
    demo.stop("^C at the prompt").await?;
    let of_word = format!("“{}” {} times", expected.word, expected.times);
    demo.answer(&expected.word, &of_word).await?;
    demo.answer("ping", " calls answered, ").await?;
    let pinged = demo.line_with(" calls answered, ").await?;
    let calls_per_second = number_before(&pinged, " a second").context("ping printed no rate")?;
    if let Some(screenshot) = screenshot {
        let png = demo.browser.screenshot().await?;
        std::fs::write(screenshot, png).with_context(|| format!("cannot write {}", screenshot.display()))?;
    }
    let frames = demo.text_of("#frames").await?;
    let calls = demo.text_of("#calls").await?;
    demo.answer("quit", "Goodbye.").await?;
    demo.browser
        .wait_for("document.querySelector('#terminal').hasAttribute('data-ended')", STEP_LIMIT)
        .await?;
    demo.browser.close().await?;
    Ok(DemoReport {
        engine,
        bytes: text.len(),
        words: expected.words,
        different: expected.different,
        most_frequent: expected.word,
        calls: number_before(&calls, " calls").context("the page shows no count of calls")?,
        calls_per_second,
        longest_frame_ms: number_before(&frames, " ms").context("the page shows no frame times")?,
    })
}

struct Demo {
    browser: Browser,
}

impl Demo {
    /// Presses Stop and waits until the program says that it noticed.
    async fn stop(&self, noticed: &str) -> Result<()> {
        self.browser.find(Locator::Css("#stop")).await?.click().await?;
        self.printed(noticed).await
    }

    /// Answers the program's question and waits until it prints `expected`.
    async fn answer(&self, line: &str, expected: &str) -> Result<()> {
        self.browser.wait_for("!document.querySelector('#question').hidden", STEP_LIMIT).await?;
        self.browser.find(Locator::Css("#line")).await?.send_keys(&format!("{line}\u{e007}")).await?;
        self.printed(expected).await
    }

    async fn printed(&self, text: &str) -> Result<()> {
        let text = Value::from(text);
        let expression = format!("document.querySelector('#output').textContent.includes({text})");
        self.browser.wait_for(&expression, STEP_LIMIT).await
    }

    async fn line_with(&self, text: &str) -> Result<String> {
        let output = self.browser.run("return document.querySelector('#output').innerText").await?;
        let output = output.as_str().unwrap_or_default();
        let line = output.lines().find(|line| line.contains(text));
        Ok(line.with_context(|| format!("no line with «{text}»"))?.to_owned())
    }

    async fn text_of(&self, selector: &str) -> Result<String> {
        Ok(self.browser.find(Locator::Css(selector)).await?.text().await?)
    }
}

/// The same count, by other means.
struct Count {
    words: u64,
    different: usize,
    word: String,
    times: usize,
}

impl Count {
    fn of(text: &[u8]) -> Count {
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in text.split(|letter: char| letter.is_ascii() && !letter.is_ascii_alphabetic()) {
            *counts.entry(word).or_default() += 1;
        }
        counts.remove("");
        let mut long: Vec<_> = counts.iter().filter(|(word, _)| word.len() >= 6).collect();
        long.sort_by_key(|(word, times)| (std::cmp::Reverse(**times), **word));
        let (word, times) =
            long.first().map_or((String::new(), 0), |(word, times)| (word.to_string(), **times));
        Count {
            words: counts.values().map(|times| *times as u64).sum(),
            different: counts.len(),
            word,
            times,
        }
    }

    fn summary(&self) -> String {
        format!("{} words, {} different; “{}” {} times", self.words, self.different, self.word, self.times)
    }
}

/// The number that stands before `word`.
fn number_before(text: &str, word: &str) -> Option<u64> {
    let digits = text[..text.find(word)?].rsplit(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}
