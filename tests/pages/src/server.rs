//! A static server, with or without the headers that allow shared memory; a URL's `?headers=coop,coep` names its own.

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::serve::ListenerExt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// The headers under which a page is cross-origin isolated, and may be embedded by one that is; each with its name in a URL.
const ISOLATION: [(&str, &str, &str); 4] = [
    ("coop", "cross-origin-opener-policy", "same-origin"),
    ("coep", "cross-origin-embedder-policy", "require-corp"),
    ("corp", "cross-origin-resource-policy", "cross-origin"),
    // As a CDN sends it: modules of other origins are fetched with CORS.
    ("cors", "access-control-allow-origin", "*"),
];

/// A folder, served on this machine until dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves `folder` on `port` (0: any free one): MIME types by ending, ranges, nothing cached.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(folder: &Path, isolated: bool, port: u16) -> Result<Server> {
        let mut router = Router::new().fallback_service(ServeDir::new(folder));
        let uncached = (HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store"));
        router = router.layer(SetResponseHeaderLayer::overriding(uncached.0, uncached.1));
        router = router.layer(from_fn(move |request: Request, next: Next| async move {
            let named = request.uri().query().and_then(named_headers);
            let is_sent =
                |short: &str| named.as_ref().map_or(isolated, |named| named.iter().any(|name| name == short));
            let sent: Vec<_> = ISOLATION.iter().filter(|(short, ..)| is_sent(short)).collect();
            let mut response = next.run(request).await;
            for (_, name, value) in sent {
                response.headers_mut().insert(*name, HeaderValue::from_static(value));
            }
            response
        }));
        router = router.layer(SetResponseHeaderLayer::overriding(CONTENT_TYPE, module_type));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("port {port} is taken; choose another with --port"))?;
        let address = listener.local_addr()?;
        // Without it an answer of two packets waits 40 ms for the browser's delayed acknowledgement of the first.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let task = tokio::spawn(async move {
            // It ends with its task only.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Server { address, task })
    }

    /// The URL of `path`, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    /// Serves until the process ends.
    pub async fn forever(mut self) {
        let _ = (&mut self.task).await;
    }
}

/// The headers that a URL names instead of the server's.
fn named_headers(query: &str) -> Option<Vec<String>> {
    let named = query.split('&').find_map(|part| part.strip_prefix("headers="))?;
    Some(named.split(',').map(str::to_owned).collect())
}

/// RFC 9239's type instead of the outdated one that `ServeDir` has for `.mjs`.
fn module_type(response: &Response) -> Option<HeaderValue> {
    let outdated = response.headers().get(CONTENT_TYPE)? == "application/javascript";
    outdated.then(|| HeaderValue::from_static("text/javascript"))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
