//! The packets that two mirrors send each other: a head, and then bytes of the ring.

use crate::error::CloseReason;
use crate::plain::{put_number, put_text, take_byte, take_number, take_text};

/// The head of a packet, before its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// Counts the sender's packets from 1: an older one than the newest says nothing about how its sender is.
    pub number: u64,
    /// The newest packet that the sender has received.
    pub seen: u64,
    /// The position of the bytes in the stream.
    pub from: u64,
    /// How far the sender has received the other stream.
    pub received: u64,
    /// How far its endpoint has read it.
    pub read: u64,
    /// How often the sender has interrupted.
    pub interrupts: u32,
    /// The sender is blocked until it is answered.
    pub waits: bool,
    /// Why the link has ended, as the sender knows it.
    pub farewell: Option<CloseReason>,
}

/// Bytes that are no packet of the peer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// They cannot be read.
    #[error("its head cannot be read")]
    Unreadable,
    /// A position is none that the peer can be at.
    #[error("its {what} is {found}, beyond {limit}")]
    Position {
        /// Which.
        what: &'static str,
        /// The position, in bytes from the beginning of the stream.
        found: u64,
        /// The last that it may be.
        limit: u64,
    },
    /// They are not whole frames, which are multiples of 8 bytes.
    #[error("its {len} bytes from {from} on are not whole frames")]
    Uneven {
        /// Where they begin.
        from: u64,
        /// How many.
        len: usize,
    },
}

impl Head {
    /// The beginning of a packet.
    pub fn encode(&self) -> Vec<u8> {
        let mut packet = Vec::new();
        for number in self.numbers() {
            put_number(&mut packet, number);
        }
        packet.push(self.waits.into());
        match &self.farewell {
            None => packet.push(0),
            Some(reason) => {
                let (code, text) = reason.encode();
                // A number that may be below 0 is twice itself (zigzag).
                packet.extend([1, 2 * code as u8]);
                put_text(&mut packet, text);
            }
        }
        packet
    }

    fn numbers(&self) -> [u64; 6] {
        [self.number, self.seen, self.from, self.received, self.read, self.interrupts.into()]
    }

    /// The head of a packet, and the bytes behind it; `None` if they are no packet.
    pub fn decode(mut packet: &[u8]) -> Option<(Head, &[u8])> {
        let bytes = &mut packet;
        let mut numbers = [0; 6];
        for number in &mut numbers {
            *number = take_number(bytes)?;
        }
        let [number, seen, from, received, read, interrupts] = numbers;
        let waits = take_byte(bytes)? != 0;
        let farewell = match take_byte(bytes)? {
            0 => None,
            _ => {
                let code = take_byte(bytes)? / 2;
                Some(CloseReason::decode(code.into(), take_text(bytes)?))
            }
        };
        let head =
            Head { number, seen, from, received, read, interrupts: interrupts as u32, waits, farewell };
        Some((head, packet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written() {
        for farewell in [None, Some(CloseReason::Closed), Some(CloseReason::Failed("größer".to_owned()))] {
            let (number, interrupts) = (u64::MAX, u32::MAX);
            let head = Head { number, from: 1 << 40, interrupts, waits: true, farewell, ..Head::default() };
            let packet = [&head.encode()[..], b"bytes"].concat();
            assert_eq!(Head::decode(&packet), Some((head.clone(), &b"bytes"[..])));
            let ends = 0..packet.len() - b"bytes".len();
            assert!(ends.into_iter().all(|end| Head::decode(&packet[..end]).is_none()), "{head:?}");
        }
    }
}
