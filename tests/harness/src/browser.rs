//! One browser session, which ends with the value, also when a test panics.

use crate::Engine;
use anyhow::{Context, Result, bail};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Deref;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// How long a driver may take to answer, on a busy machine.
const DRIVER_LIMIT: Duration = Duration::from_secs(60);

/// A browser with one window.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    /// Killed when dropped, and the browser with it.
    _driver: Child,
}

impl Browser {
    /// Starts the engine's driver and a headless browser.
    ///
    /// # Errors
    /// If the driver is not there, or the browser does not start.
    pub async fn launch(engine: Engine) -> Result<Browser> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let driver = Command::new(engine.driver())
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start {}; run `cargo xtask setup`",
                    engine.driver().display()
                )
            })?;
        let capabilities: Capabilities = engine.capabilities();
        let start = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder
                .capabilities(capabilities.clone())
                .connect(&format!("http://127.0.0.1:{port}"))
                .await
            {
                Ok(client) => {
                    return Ok(Browser {
                        client,
                        _driver: driver,
                    });
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
    /// What the page threw.
    pub async fn run(&self, body: &str) -> Result<Value> {
        self.client
            .execute(body, Vec::new())
            .await
            .with_context(|| format!("the page threw at: {body}"))
    }

    /// Waits until the expression is true in the page.
    ///
    /// # Errors
    /// After `limit`; the error shows the page's text.
    pub async fn wait_for(&self, expression: &str, limit: Duration) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.run(&format!("return Boolean({expression})")).await? == Value::Bool(true) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let text = self.run("return document.body.innerText").await?;
        bail!(
            "`{expression}` was not true within {limit:?}; the page says:\n{}",
            text.as_str().unwrap_or_default()
        )
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
