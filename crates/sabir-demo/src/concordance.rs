//! Which words a text has, how often, and where: built bit by bit, so that it can report and be stopped.

use std::collections::HashMap;

/// The words of a text, in lower case, with the byte offsets where they stand.
#[derive(Debug, Default)]
pub struct Concordance {
    places: HashMap<Vec<u8>, Vec<u32>>,
    words: u64,
    read: usize,
}

impl Concordance {
    /// Reads on in `text` for about `len` bytes, to the end of a word; false at the end of the text.
    ///
    /// ```
    /// let text = b"To be, or not to be";
    /// let mut words = sabir_demo::concordance::Concordance::default();
    /// while words.read_on(text, 4) {}
    /// assert_eq!((words.count("to"), words.words(), words.distinct()), (2, 6, 4));
    /// ```
    pub fn read_on(&mut self, text: &[u8], len: usize) -> bool {
        let end = self.read + len;
        while self.read < end && self.read < text.len() {
            let start = self.read + text[self.read..].iter().take_while(|byte| !is_letter(**byte)).count();
            let letters = text[start..].iter().take_while(|byte| is_letter(**byte)).count();
            if letters > 0 {
                self.words += 1;
                let word = text[start..start + letters].to_ascii_lowercase();
                self.places.entry(word).or_default().push(start as u32);
            }
            self.read = start + letters;
        }
        self.read < text.len()
    }

    /// Bytes read.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Words read.
    pub fn words(&self) -> u64 {
        self.words
    }

    /// Different words read.
    pub fn distinct(&self) -> usize {
        self.places.len()
    }

    /// How often `word` stands in the text.
    pub fn count(&self, word: &str) -> usize {
        self.places(word).len()
    }

    /// Where `word` stands, in bytes from the start.
    pub fn places(&self, word: &str) -> &[u32] {
        self.places.get(word.to_ascii_lowercase().as_bytes()).map_or(&[], Vec::as_slice)
    }

    /// The most frequent word of at least `letters` letters.
    pub fn most_frequent(&self, letters: usize) -> Option<(String, usize)> {
        let long = self.places.iter().filter(|(word, _)| word.len() >= letters);
        let (word, places) = long.max_by_key(|(word, places)| (places.len(), std::cmp::Reverse(*word)))?;
        Some((String::from_utf8_lossy(word).into_owned(), places.len()))
    }
}

/// The text around `place`, on one line, with `margin` bytes on either side.
pub fn context(text: &[u8], place: usize, margin: usize) -> String {
    let range = place.saturating_sub(margin)..(place + margin).min(text.len());
    let line: Vec<u8> =
        text[range].iter().map(|byte| if byte.is_ascii_whitespace() { b' ' } else { *byte }).collect();
    String::from_utf8_lossy(&line).into_owned()
}

/// Letters of ASCII, and all of UTF-8's longer sequences.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}
