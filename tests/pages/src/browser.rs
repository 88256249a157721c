//! One browser session, which ends with the value, also when a test panics.

use crate::Engine;
use anyhow::{Context, Result, bail};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a driver may take to answer, on a busy machine.
const DRIVER_LIMIT: Duration = Duration::from_secs(60);

/// How long a browser may take to end.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// The file that has the console's lines, among others.
const CONSOLE: &str = "console.log";

/// A browser with one window, which ends with the value.
#[derive(Debug)]
pub struct Browser {
    engine: Engine,
    // Before the client, whose own end is a task that nobody waits for.
    driver: Driver,
    client: Client,
}

impl Browser {
    /// Starts the engine's driver and a headless browser.
    ///
    /// # Errors
    /// If the driver is not there, or the browser does not start.
    pub async fn launch(engine: Engine) -> Result<Browser> {
        let mut driver = Driver::start(engine)?;
        let capabilities: Capabilities = engine.capabilities();
        let start = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder
                .capabilities(capabilities.clone())
                .connect(&format!("http://127.0.0.1:{}", driver.port))
                .await
            {
                Ok(client) => {
                    driver.session = client.session_id().await?;
                    return Ok(Browser { engine, driver, client });
                }
                Err(error) if start.elapsed() > DRIVER_LIMIT => {
                    return Err(error).with_context(|| format!("{} does not start", engine.name()));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// Runs the body of a function in the page; gives what it returns.
    ///
    /// # Errors
    /// The page's error.
    pub async fn run(&self, body: &str) -> Result<Value> {
        self.client.execute(body, Vec::new()).await.with_context(|| format!("the page threw at: {body}"))
    }

    /// Waits until the expression is true in the page.
    ///
    /// # Errors
    /// After `limit`: the error that the expression still throws, or one that shows the page's text and its console.
    pub async fn wait_for(&self, expression: &str, limit: Duration) -> Result<()> {
        let start = Instant::now();
        let mut failure = None;
        while start.elapsed() < limit {
            match self.run(&format!("return Boolean({expression})")).await {
                Ok(Value::Bool(true)) => return Ok(()),
                Ok(_) => failure = None,
                // WebKit's driver calls functions of the page, which a test of faults has throw.
                Err(error) => failure = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let text = self.run("return document.body.innerText").await?;
        let (text, console) = (text.as_str().unwrap_or_default(), self.console()?);
        bail!("`{expression}` was not true within {limit:?}; the page says:\n{text}\nits console:\n{console}")
    }

    /// The console's lines of the page and its workers so far, and the page's uncaught errors; one line an entry.
    ///
    /// # Errors
    /// If the browser's log cannot be read.
    pub fn console(&self) -> Result<String> {
        if !self.engine.prints_console() {
            return Ok(format!("({} prints none)", self.engine.name()));
        }
        let output = fs::read(self.driver.console()).context("the browser's log is gone")?;
        let output = String::from_utf8_lossy(&output);
        let console = output.lines().filter(|line| self.engine.is_console(line));
        Ok(console.collect::<Vec<_>>().join("\n"))
    }

    /// Ends the session in good order.
    ///
    /// # Errors
    /// If the browser is gone already.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }
}

impl Deref for Browser {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A driver process, and the folder for all that it and its browser write: profile, sockets, console.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
    session: Option<String>,
    folder: TempDir,
}

impl Driver {
    fn start(engine: Engine) -> Result<Driver> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let folder = tempfile::Builder::new().prefix("sabir-browser-").tempdir()?;
        let console = folder.path().join(CONSOLE);
        let output = File::create(&console)?;
        let process = Command::new(engine.driver())
            .arg(format!("--port={port}"))
            // Chromium writes its console to this file, Firefox to its driver's output.
            .env("CHROME_LOG_FILE", console)
            .env("TMPDIR", folder.path())
            .envs(engine.environment().iter().copied())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start {}; `cargo xtask test pages` installs and finds it",
                    engine.driver().display()
                )
            })?;
        Ok(Driver { process, port, session: None, folder })
    }

    fn console(&self) -> PathBuf {
        self.folder.path().join(CONSOLE)
    }

    /// Ends the browser; blocking, for it must work while a panic takes the runtime down.
    fn end_session(&self, session: &str) -> io::Result<()> {
        let mut driver = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        driver.set_read_timeout(Some(CLOSE_LIMIT))?;
        let port = self.port;
        // geckodriver refuses a host without its port.
        write!(driver, "DELETE /session/{session} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n")?;
        // The answer comes when the browser is gone.
        driver.read_exact(&mut [0])
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that is killed leaves its browser running: the session must end first.
        if let Some(session) = &self.session {
            let _ = self.end_session(session);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENGINES;
    use std::path::Path;

    /// True if a process has `folder` in its environment, as the driver and its children do.
    fn is_in_use(folder: &Path) -> bool {
        let processes = Command::new("ps").args(["axeww", "-o", "args"]).output().unwrap();
        String::from_utf8_lossy(&processes.stdout).contains(folder.to_str().unwrap())
    }

    #[tokio::test]
    async fn a_browser_ends_with_a_test_that_panics() {
        for engine in ENGINES {
            let browser = Browser::launch(engine).await.unwrap();
            let folder = browser.driver.folder.path().to_owned();
            assert!(is_in_use(&folder), "{engine:?}");
            let test = tokio::spawn(async move {
                let _browser = browser;
                panic!("on purpose");
            });
            assert!(test.await.unwrap_err().is_panic());
            // WebKit's screen, and what draws on it, end a moment after the driver.
            let ended = Instant::now();
            while is_in_use(&folder) {
                assert!(ended.elapsed() < CLOSE_LIMIT, "{engine:?} still runs");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert!(!folder.exists(), "{engine:?} left {}", folder.display());
        }
    }

    #[tokio::test]
    async fn a_wait_that_fails_shows_the_console() {
        let page = "data:text/html,<body><script>
            console.error('from the page');
            const worker = new Worker('data:text/javascript,console.warn(\"from the worker\");postMessage(1)');
            worker.onmessage = () => document.body.dataset.warned = 'yes';
        </script>";
        for engine in ENGINES {
            let browser = Browser::launch(engine).await.unwrap();
            browser.goto(page).await.unwrap();
            browser.wait_for("document.body.dataset.warned", DRIVER_LIMIT).await.unwrap();
            let error = browser.wait_for("false", Duration::ZERO).await.unwrap_err();
            let error = error.to_string();
            let console = ["from the page", "from the worker"];
            for expected in if engine.prints_console() { &console[..] } else { &["prints none"] } {
                assert!(error.contains(expected), "{engine:?}, no «{expected}» in: {error}");
            }
        }
    }
}
