//! Calls and answers around the size that a small frame holds, where the short cut gives up to the general way.

use crate::harness::{NativeEndpoint, with_link};
use sabir::Bytes;

#[sabir::service]
trait Stretch {
    /// `text`, `times` over.
    fn stretch(&self, text: String, times: u32) -> String;
    /// As an attachment, which no small frame has.
    fn attach(&self, text: String) -> Bytes;
    /// Asks the other end first.
    fn through(&self, text: String) -> String;
}

struct Band(Option<StretchClient<NativeEndpoint>>);

impl Stretch for Band {
    fn stretch(&self, text: String, times: u32) -> String {
        text.repeat(times as usize)
    }

    fn attach(&self, text: String) -> Bytes {
        text.into_bytes().into()
    }

    fn through(&self, text: String) -> String {
        let there = self.0.as_ref().map(|there| there.through(text.clone()).unwrap());
        there.unwrap_or_else(|| text.to_uppercase())
    }
}

#[test]
fn every_size_of_call_and_answer_comes_through() {
    for capacity in [64, 256, 4096] {
        let page = |endpoint: &NativeEndpoint| {
            endpoint.serve(StretchServer::new(Band(Some(StretchClient::new(endpoint.clone())))));
        };
        with_link(capacity, page, |worker| {
            worker.serve(StretchServer::new(Band(None)));
            let there = StretchClient::new(worker.clone());
            for len in (0..80).chain(140..190) {
                let text = "abc".repeat(len)[..len].to_owned();
                for times in [0, 1, 3, 40] {
                    let expected = text.repeat(times);
                    assert_eq!(there.stretch(text.clone(), times as u32), Ok(expected));
                }
                assert_eq!(there.attach(text.clone()).unwrap()[..], *text.as_bytes());
                assert_eq!(there.through(text.clone()), Ok(text.to_uppercase()));
            }
        });
    }
}
