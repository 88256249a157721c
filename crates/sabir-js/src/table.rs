//! A table of things that are waited for, by numbers that are not used twice in a row.

/// How many bits of a number are the place in the table.
const INDEX_BITS: u32 = 20;

/// Values by number. Smaller than the standard library's maps, which would be a tenth of the package.
#[derive(Debug)]
pub struct Table<T> {
    slots: Vec<(u32, Option<T>)>,
    free: Vec<usize>,
}

impl<T> Table<T> {
    pub const fn new() -> Self {
        Table { slots: Vec::new(), free: Vec::new() }
    }

    /// Keeps a value; gives its number.
    pub fn insert(&mut self, value: T) -> u32 {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push((0, None));
            self.slots.len() - 1
        });
        let (generation, slot) = &mut self.slots[index];
        *generation = generation.wrapping_add(1);
        *slot = Some(value);
        *generation << INDEX_BITS | index as u32
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.slot(number)?.as_mut()
    }

    /// Takes a value out, but keeps its number for it.
    pub fn take(&mut self, number: u32) -> Option<T> {
        self.slot(number)?.take()
    }

    /// Gives a value that was taken back to its number.
    pub fn put_back(&mut self, number: u32, value: T) {
        if let Some(slot) = self.slot(number) {
            *slot = Some(value);
        }
    }

    /// Forgets a number and its value.
    pub fn remove(&mut self, number: u32) {
        if let Some(slot) = self.slot(number) {
            *slot = None;
            let index = index_of(number);
            self.slots[index].0 = self.slots[index].0.wrapping_add(1);
            self.free.push(index);
        }
    }

    fn slot(&mut self, number: u32) -> Option<&mut Option<T>> {
        let (generation, slot) = self.slots.get_mut(index_of(number))?;
        (*generation << INDEX_BITS == number >> INDEX_BITS << INDEX_BITS).then_some(slot)
    }
}

fn index_of(number: u32) -> usize {
    (number & ((1 << INDEX_BITS) - 1)) as usize
}
