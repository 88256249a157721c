//! Small frames: those that a call or an answer fills alone, and that are copied in one visit to the platform.

use crate::frame::{HEADER_BYTES, Header, align};

/// All of a small call or answer.
#[derive(Debug, Default)]
pub(crate) struct SmallFrame(Box<Aligned>);

/// Aligned so that a platform can copy them by whole words.
#[derive(Debug)]
#[repr(align(8))]
struct Aligned([u8; SmallFrame::BYTES]);

impl Default for Aligned {
    fn default() -> Self {
        Aligned([0; SmallFrame::BYTES])
    }
}

impl SmallFrame {
    /// A header, the two hashes of a call and 168 bytes of arguments.
    pub const BYTES: usize = 192;

    /// Makes `payload` the payload; false if it is too long.
    pub fn fill(&mut self, payload: &[u8]) -> bool {
        let place = self.payload_mut().get_mut(..payload.len());
        place.map(|place| place.copy_from_slice(payload)).is_some()
    }

    /// The bytes for the payload.
    pub fn payload_mut(&mut self) -> &mut [u8] {
        &mut self.bytes_mut()[HEADER_BYTES..]
    }

    /// The first `len` bytes of the payload; as many as there are if that is more.
    #[inline(always)]
    pub fn payload(&self, len: u32) -> &[u8] {
        &self.bytes()[HEADER_BYTES..SmallFrame::BYTES.min(HEADER_BYTES + len as usize)]
    }

    /// The frame behind `header`, whose payload is small.
    #[inline(always)]
    pub fn finish(&mut self, header: &Header) -> &[u8] {
        self.bytes_mut()[..HEADER_BYTES].copy_from_slice(&header.pack());
        &self.bytes()[..SmallFrame::BYTES.min(HEADER_BYTES + align(header.len as usize))]
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8; SmallFrame::BYTES] {
        &self.0.0
    }

    /// All bytes.
    pub fn bytes_mut(&mut self) -> &mut [u8; SmallFrame::BYTES] {
        &mut self.0.0
    }
}

/// Small frames that nobody uses: to clear one for each call, on the stack, takes longer than most calls' bytes.
#[derive(Debug, Default)]
pub(crate) struct SpareFrames(Vec<SmallFrame>);

impl SpareFrames {
    /// A frame of whatever bytes.
    #[inline(always)]
    pub fn take(&mut self) -> SmallFrame {
        self.0.pop().unwrap_or_default()
    }

    #[inline(always)]
    pub fn put_back(&mut self, frame: SmallFrame) {
        self.0.push(frame);
    }
}
