//! Texts and numbers in a body, in the codec's format: for the endpoint's own messages.
//!
//! [`codec`](crate::codec) would do. But a program whose calls all carry JavaScript's values has no other use for it, and it is
//! 2 KB of the npm package after compression.

/// Appends a number, seven bits a byte, the lowest first.
pub(crate) fn put_number(body: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        body.push(number as u8 | 0x80);
        number >>= 7;
    }
    body.push(number as u8);
}

/// Appends a text behind its length.
pub(crate) fn put_text(body: &mut Vec<u8>, text: &str) {
    put_number(body, text.len() as u64);
    body.extend_from_slice(text.as_bytes());
}

/// Takes a number off the front of `body`; `None` if there is none.
pub(crate) fn take_number(body: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = take_byte(body)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Takes a byte off the front of `body`; `None` if there is none.
pub(crate) fn take_byte(body: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = body.split_first()?;
    *body = rest;
    Some(*byte)
}

/// Takes a text off the front of `body`; `None` if there is none.
pub(crate) fn take_text(body: &mut &[u8]) -> Option<String> {
    let len = take_number(body)? as usize;
    let (text, rest) = body.split_at_checked(len)?;
    *body = rest;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec;

    #[test]
    fn texts_and_numbers_are_those_of_the_codec() {
        let texts = ["", "f", "größer", &"long".repeat(100)];
        for (text, number) in texts.into_iter().zip([0, 127, 128, u64::MAX]) {
            let mut body = Vec::new();
            put_text(&mut body, text);
            put_number(&mut body, number);
            let encoded = codec::encode(Vec::new(), &(text, number)).unwrap();
            assert_eq!(body, encoded.body);
            let mut left = &body[..];
            assert_eq!(take_text(&mut left).as_deref(), Some(text));
            assert_eq!(take_number(&mut left), Some(number));
            assert!(left.is_empty());
        }
    }

    #[test]
    fn bytes_that_are_neither_are_none() {
        for body in [&[][..], &[0x80], &[2, b'a'], &[1, 0xff], &[0xff; 11]] {
            assert_eq!(take_text(&mut &body[..]), None, "{body:?}");
        }
    }
}
