//! One engine's run: the measurements and their contenders.

use crate::report::Report;
use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::wd::TimeoutConfiguration;
use sabir_pages::{Browser, Engine, Server};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// The callers of hot calls: `bare` is the limit, a number there and back without frames.
const CONTENDERS: [&str; 4] = ["sabir", "coincident", "bare", "bare JS"];
/// How long one contender runs in a round, in ms.
const ROUND_MS: u32 = 700;
const BULK_BYTES: u32 = 64 << 20;
/// How the browser names itself, its cores, and the day.
const MACHINE: &str = "return `${navigator.userAgent}; ${navigator.hardwareConcurrency} cores; ${new Date().toISOString().slice(0, 10)}`";
/// A script of the page may run this long: ten million calls do.
const SCRIPT_LIMIT: Duration = Duration::from_secs(900);

pub struct Session {
    pub engine: Engine,
    browser: Browser,
    server: Server,
}

impl Session {
    /// Opens `path` of the folder `page`, with or without the headers that allow shared memory.
    pub async fn start(
        report: &mut Report,
        engine: Engine,
        page: &Path,
        path: &str,
        isolated: bool,
    ) -> Result<Session> {
        let server = Server::start(page, isolated, 0).await?;
        let browser = Browser::launch(engine).await?;
        browser.update_timeouts(TimeoutConfiguration::new(Some(SCRIPT_LIMIT), None, None)).await?;
        let session = Session { engine, browser, server };
        session.open(path).await?;
        let machine = session.browser.run(MACHINE).await?;
        report.note_machine(machine.as_str().context("a browser names itself")?.to_owned());
        Ok(session)
    }

    /// Opens another page of the folder.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.browser.goto(&self.server.url(path)).await?;
        let state = "document.querySelector('#state')?.textContent ?? 'loading'";
        self.browser.wait_for(&format!("({state}) !== 'loading'"), Duration::from_secs(60)).await?;
        let state = self.browser.run(&format!("return {state}")).await?;
        ensure!(state == "ready", "{path}: {state}");
        Ok(())
    }

    /// Hot and cold calls, every contender once a round.
    pub async fn calls(&self, report: &mut Report, rounds: usize) -> Result<()> {
        for contender in CONTENDERS {
            // The engine compiles hot code in a first run, which is not counted.
            self.number(&format!("measure('{contender}', 'hot', {ROUND_MS})")).await?;
        }
        for round in 0..rounds {
            eprintln!("{}: calls, round {} of {rounds}", self.engine.name(), round + 1);
            for contender in CONTENDERS {
                let per_second = self.number(&format!("measure('{contender}', 'hot', {ROUND_MS})")).await?;
                report.add(self.engine, "hot echo of an i32, calls per s", contender, per_second);
            }
            for contender in ["sabir", "coincident"] {
                for time_ms in self.numbers(&format!("measure('{contender}', 'cold')")).await? {
                    report.add(self.engine, "cold echo, 30-50 ms apart, us", contender, time_ms * 1000.0);
                }
            }
        }
        Ok(())
    }

    /// 64 MB to the page and back, against copying them.
    pub async fn bulk(&self, report: &mut Report, rounds: usize) -> Result<()> {
        self.numbers(&format!("bulk({BULK_BYTES}, 2)")).await?;
        for _ in 0..rounds {
            let copied = self.number(&format!("copied({BULK_BYTES})")).await?;
            report.add(self.engine, "64 MB there and back, ms", "plain copy", copied);
            for time_ms in self.numbers(&format!("bulk({BULK_BYTES}, 1)")).await? {
                report.add(self.engine, "64 MB there and back, ms", "sabir", time_ms);
            }
        }
        Ok(())
    }

    /// How fast waits end that do not end by an answer.
    pub async fn ends(&self, report: &mut Report, rounds: usize) -> Result<()> {
        for _ in 0..rounds {
            for (what, script) in [
                ("interrupt of a blocked call, ms", "interrupted()"),
                ("timeout of 100 ms, ms", "timedOut()"),
                ("terminate in mid-call, another worker answers, ms", "restarted()"),
            ] {
                report.add(self.engine, what, "sabir", self.number(script).await?);
            }
        }
        Ok(())
    }

    /// The page's smoothness: idle, and flooded with calls; a click comes about every 300 ms.
    pub async fn flood(&self, report: &mut Report, for_ms: f64) -> Result<()> {
        for (contender, flooded) in [("idle", "false"), ("sabir", "true")] {
            eprintln!("{}: the page, {contender}, for {:.0} s", self.engine.name(), for_ms / 1000.0);
            self.browser.run(&format!("feel({flooded}, {for_ms})")).await?;
            let clicks = (for_ms / 400.0) as usize;
            for _ in 0..clicks {
                tokio::time::sleep(Duration::from_millis(300)).await;
                self.browser.find(Locator::Css("#click")).await?.click().await?;
            }
            let felt = self.browser.run("return felt()").await?;
            for (what, field) in [
                ("flooded page: frames per s", "fps"),
                ("flooded page: 99th percentile of frames, ms", "p99_frame_ms"),
                ("flooded page: longest task of the pump, ms", "longest_task_ms"),
                ("flooded page: slowest click, ms", "slowest_click_ms"),
                ("flooded page: clicks", "clicks"),
                ("flooded page: calls per s", "calls_per_second"),
            ] {
                if let Some(value) = felt[field].as_f64() {
                    report.add(self.engine, what, contender, value);
                }
            }
        }
        Ok(())
    }

    /// Many calls: every answer right, and no memory more.
    pub async fn many(&self, report: &mut Report, calls: u32) -> Result<()> {
        eprintln!("{}: {calls} calls", self.engine.name());
        let numbers = self.numbers(&format!("many({calls})")).await?;
        let [wrong, worker_before, worker_after, page_before, page_after] = numbers[..] else {
            anyhow::bail!("`many` gave {numbers:?}");
        };
        ensure!(wrong == 0.0, "{wrong} of {calls} answers were wrong");
        for (what, contender, value) in [
            ("memory of the worker around many calls, bytes", "before", worker_before),
            ("memory of the worker around many calls, bytes", "after", worker_after),
            ("memory of the page around many calls, bytes", "before", page_before),
            ("memory of the page around many calls, bytes", "after", page_after),
        ] {
            report.add(self.engine, what, contender, value);
        }
        Ok(())
    }

    /// The strings that an expression gives.
    pub async fn strings(&self, expression: &str) -> Result<Vec<String>> {
        let value = self.browser.run(&format!("return {expression}")).await?;
        let strings =
            value.as_array().map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        strings.with_context(|| format!("`{expression}` gave {value}"))
    }

    pub async fn close(self) -> Result<()> {
        self.browser.close().await
    }

    pub async fn number(&self, expression: &str) -> Result<f64> {
        let value = self.browser.run(&format!("return {expression}")).await?;
        value.as_f64().with_context(|| format!("`{expression}` gave {value}"))
    }

    pub async fn numbers(&self, expression: &str) -> Result<Vec<f64>> {
        let value = self.browser.run(&format!("return {expression}")).await?;
        let numbers = value.as_array().map(|all| all.iter().filter_map(Value::as_f64).collect());
        numbers.with_context(|| format!("`{expression}` gave {value}"))
    }
}
