//! Refusals: answers that say why a call was not executed.

use crate::error::CallError;
use crate::plain::{put_number, put_text, take_number, take_text};

/// A callee's answer instead of a value, as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No such method is served.
    UnknownMethod,
    /// The method is declared with other types.
    SignatureMismatch,
    /// The arguments could not be read.
    ArgumentMismatch(String),
    /// The result could not be encoded.
    Unserialisable(String),
    /// Waiting for the handler would never end.
    Deadlock {
        /// The blocking call at the start of the cycle.
        caller: String,
        /// The call that would close it.
        callee: String,
    },
    /// The caller cancelled the call, or the callee gave it up.
    Cancelled,
    /// More calls wait to be served than the callee keeps.
    TooMany {
        /// The most that wait.
        limit: u32,
    },
}

impl Refusal {
    /// The error that the caller of `method` sees.
    pub fn into_error(self, method: &str) -> CallError {
        let method = method.to_owned();
        match self {
            Refusal::UnknownMethod => CallError::UnknownMethod { method },
            Refusal::SignatureMismatch => CallError::SignatureMismatch { method },
            Refusal::ArgumentMismatch(what) => CallError::ArgumentMismatch { method, what },
            Refusal::Unserialisable(what) => CallError::Unserialisable { method, value: "result", what },
            Refusal::Deadlock { caller, callee } => CallError::Deadlock { caller, callee },
            Refusal::Cancelled => CallError::Cancelled { method },
            Refusal::TooMany { limit } => CallError::TooMany { method, limit: limit as usize },
        }
    }
    /// The body of the message that carries it: its number in the order above, and its fields.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        match self {
            Refusal::UnknownMethod => body.push(0),
            Refusal::SignatureMismatch => body.push(1),
            Refusal::ArgumentMismatch(what) => put(&mut body, 2, &[what]),
            Refusal::Unserialisable(what) => put(&mut body, 3, &[what]),
            Refusal::Deadlock { caller, callee } => put(&mut body, 4, &[caller, callee]),
            Refusal::Cancelled => body.push(5),
            Refusal::TooMany { limit } => {
                body.push(6);
                put_number(&mut body, (*limit).into());
            }
        }
        body
    }

    /// Reads what [`encode`](Refusal::encode) wrote; `None` if it is anything else.
    pub(crate) fn decode(body: &[u8]) -> Option<Refusal> {
        let (code, mut body) = body.split_first()?;
        let refusal = match code {
            0 => Refusal::UnknownMethod,
            1 => Refusal::SignatureMismatch,
            2 => Refusal::ArgumentMismatch(take_text(&mut body)?),
            3 => Refusal::Unserialisable(take_text(&mut body)?),
            4 => Refusal::Deadlock { caller: take_text(&mut body)?, callee: take_text(&mut body)? },
            5 => Refusal::Cancelled,
            6 => Refusal::TooMany { limit: take_number(&mut body)? as u32 },
            _ => return None,
        };
        body.is_empty().then_some(refusal)
    }
}

fn put(body: &mut Vec<u8>, code: u8, texts: &[&str]) {
    body.push(code);
    texts.iter().for_each(|text| put_text(body, text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_read_as_it_was_written() {
        let (caller, callee, what) = ("f".to_owned(), "g".to_owned(), "no".to_owned());
        let refusals = [
            (Refusal::UnknownMethod, &[0][..]),
            (Refusal::SignatureMismatch, &[1]),
            (Refusal::ArgumentMismatch(what.clone()), b"\x02\x02no"),
            (Refusal::Unserialisable(what), b"\x03\x02no"),
            (Refusal::Deadlock { caller, callee }, b"\x04\x01f\x01g"),
            (Refusal::Cancelled, &[5]),
            (Refusal::TooMany { limit: 300 }, &[6, 0xac, 2]),
        ];
        for (refusal, body) in refusals {
            assert_eq!(refusal.encode(), body);
            assert_eq!(Refusal::decode(body), Some(refusal));
            assert_eq!(Refusal::decode(&[body, &[0]].concat()), None, "bytes are left over");
            assert_eq!(Refusal::decode(&body[..body.len() - 1]), None);
        }
        assert_eq!(Refusal::decode(&[7]), None);
    }
}
