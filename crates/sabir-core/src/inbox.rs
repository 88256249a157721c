//! The messages that arrive: in one small frame, in one frame, or in several.

use crate::codec::Payload;
use crate::doorbell::Woken;
use crate::fragment::{Message, Partial};
use crate::frame::{ABORT, ATTACHED, Checked, FrameError, HEADER_BYTES, Header, Kind, MORE, align};
use crate::ring::Consumer;
use crate::small::{SmallFrame, SpareFrames};
use crate::words::Words;

/// The outcome of one look at the ring.
#[derive(Debug)]
pub(crate) enum Taken {
    Nothing,
    /// A part of a message, or the end of an aborted one.
    Part,
    /// A message that one small frame holds, in that frame, which is to be put back among the spare ones.
    Small {
        header: Header,
        frame: SmallFrame,
    },
    Whole(Message),
}

/// Takes frames out of the ring, and puts messages together from them.
pub(crate) struct Inbox<W: Words> {
    consumer: Consumer<W>,
    /// The message that has come in part.
    partial: Option<Partial<W>>,
}

impl<W: Words> Inbox<W> {
    pub fn new(consumer: Consumer<W>) -> Self {
        Inbox { consumer, partial: None }
    }

    /// True if no message has come in part.
    pub fn is_idle(&self) -> bool {
        self.partial.is_none()
    }

    /// Bytes that have come and are not taken.
    pub fn unread(&mut self) -> Checked<usize> {
        self.consumer.available(1)
    }

    /// The position at which the peer writes now. It is unchecked.
    pub fn written(&self) -> u32 {
        self.consumer.written()
    }

    /// True if what was written up to `position` is not taken yet.
    pub fn is_before(&self, position: u32) -> bool {
        self.consumer.is_before(position)
    }

    /// How the peer was woken since the last call of this function.
    pub fn take_woken(&mut self) -> Woken {
        self.consumer.take_woken()
    }

    /// Takes one frame, if `looks` looks find one, and gives its bytes back.
    ///
    /// # Errors
    /// [`FrameError`]: nothing that arrives on this ring can be trusted any more.
    #[inline(always)]
    pub fn take(&mut self, looks: u32, spares: &mut SpareFrames) -> Checked<Taken> {
        let Some(header) = self.peek(looks)? else {
            return Ok(Taken::Nothing);
        };
        if self.partial.is_none()
            && is_whole(&header)
            && let Some(frame) = self.take_small(&header, spares)
        {
            return Ok(Taken::Small { header, frame });
        }
        self.take_large(header)
    }

    /// Takes the reply to `call`, if `looks` looks find it, and one small frame holds it.
    #[inline(always)]
    pub fn take_reply(
        &mut self,
        call: u32,
        looks: u32,
        spares: &mut SpareFrames,
    ) -> Checked<Option<(Header, SmallFrame)>> {
        let Some(header) = self.peek(looks)? else {
            return Ok(None);
        };
        if header.kind != Kind::Reply || header.call != call || !is_whole(&header) {
            return Ok(None);
        }
        Ok(self.take_small(&header, spares).map(|frame| (header, frame)))
    }

    /// The header of the next frame, if `looks` looks find one.
    #[inline(always)]
    fn peek(&mut self, looks: u32) -> Checked<Option<Header>> {
        let available = self.consumer.available(looks)?;
        if available == 0 {
            return Ok(None);
        }
        let Some(payload) = available.checked_sub(HEADER_BYTES) else {
            return Err(FrameError::Length { found: 0, available }.into());
        };
        Header::unpack(&self.consumer.header(), payload).map(Some)
    }

    /// Takes the frame of `header`, if it is small.
    #[inline(always)]
    fn take_small(&mut self, header: &Header, spares: &mut SpareFrames) -> Option<SmallFrame> {
        let frame = self.consumer.take_staged(header.len, spares)?;
        self.release(header);
        Some(frame)
    }

    #[inline(always)]
    fn release(&mut self, header: &Header) {
        self.consumer.release(HEADER_BYTES + align(header.len as usize));
    }

    #[inline(never)]
    fn take_large(&mut self, header: Header) -> Checked<Taken> {
        let taken = if self.partial.is_none() && is_whole(&header) {
            let mut body = Vec::new();
            self.consumer.append(HEADER_BYTES, header.len as usize, &mut body);
            Taken::Whole(Message::of(&header, Payload::of(body)))
        } else {
            self.take_part(header)?
        };
        self.release(&header);
        Ok(taken)
    }

    fn take_part(&mut self, header: Header) -> Checked<Taken> {
        let Header { kind, flags, call, len, .. } = header;
        if flags & MORE != 0 && (len == 0 || len % 8 != 0) {
            let what = "a frame that goes on must carry a multiple of 8 bytes";
            return Err(FrameError::Payload { kind, call, what }.into());
        }
        let sequence = |expected| Err(FrameError::Sequence { found: kind, call, expected }.into());
        let partial = match (&mut self.partial, kind) {
            (None, Kind::Fragment) => return sequence("the start of a message"),
            (vacant @ None, _) => vacant.insert(Partial::new(header)),
            (Some(partial), Kind::Fragment) if partial.call() == call => partial,
            (Some(_), _) => return sequence("a fragment of the message before"),
        };
        if flags & ABORT != 0 {
            self.partial = None;
            return Ok(Taken::Part);
        }
        partial.append(&self.consumer, len as usize)?;
        if flags & MORE != 0 {
            return Ok(Taken::Part);
        }
        match self.partial.take() {
            Some(partial) => partial.finish().map(Taken::Whole),
            None => sequence("the start of a message"),
        }
    }
}

/// True if the frame carries a message alone, without attachments.
fn is_whole(header: &Header) -> bool {
    header.flags & (MORE | ABORT | ATTACHED) == 0 && header.kind != Kind::Fragment
}
