//! A table of what is waited for, by keys that are not given twice.
//!
//! Keys count up. A key's place is its remainder by the length of the table, a power of two; a key whose place is taken is
//! passed over. So two values that are held have neither one key nor one place, and a key that was given comes again only
//! after all others, if its value is gone. At most half of the places are taken: on average one key is passed over.

/// Values by key, each found at once. Smaller than the standard library's maps, which would be a tenth of the npm package.
#[derive(Debug)]
pub struct Slab<T> {
    places: Vec<Option<Entry<T>>>,
    len: usize,
    last: u64,
    largest: u64,
    /// How many places were looked at.
    #[cfg(test)]
    pub looks: std::cell::Cell<u64>,
}

#[derive(Debug)]
struct Entry<T> {
    key: u64,
    value: T,
}

/// The places that an empty table keeps.
const KEPT: usize = 64;

impl<T> Slab<T> {
    /// A table whose keys are 1 to `largest`, which is one less than a power of two.
    ///
    /// ```
    /// let mut slab = sabir_core::slab::Slab::new(u64::from(u32::MAX));
    /// let key = slab.insert("first");
    /// assert_eq!(slab.remove(key), Some("first"));
    /// assert_ne!(slab.insert("second"), key);
    /// assert_eq!(slab.get_mut(key), None);
    /// ```
    pub const fn new(largest: u64) -> Self {
        Slab {
            places: Vec::new(),
            len: 0,
            last: 0,
            largest,
            #[cfg(test)]
            looks: std::cell::Cell::new(0),
        }
    }

    /// How many values are held: half of the keys at most.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if no value is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Keeps a value; gives its key.
    pub fn insert(&mut self, value: T) -> u64 {
        let key = self.reserve();
        self.fill(key, value);
        key
    }

    /// A key for a value that is not there yet, or never comes.
    #[inline(always)]
    pub fn reserve(&mut self) -> u64 {
        if self.places.len() < 2 * (self.len + 1) {
            self.grow();
        }
        loop {
            self.last = (self.last + 1) & self.largest;
            let (key, index) = (self.last, self.index(self.last));
            self.look(1);
            if key != 0 && self.places[index].is_none() {
                return key;
            }
        }
    }

    /// Keeps a value under the key that was reserved last.
    pub fn fill(&mut self, key: u64, value: T) {
        let index = self.index(key);
        self.places[index] = Some(Entry { key, value });
        self.len += 1;
    }

    /// Keeps a value under a key that somebody else has given. It is dropped if its place is taken in a table of `most` places.
    pub fn place(&mut self, key: u64, value: T, most: usize) {
        loop {
            let index = self.index(key);
            match self.places.get(index) {
                Some(None) => return self.fill(key, value),
                Some(_) if self.places.len() >= most => return,
                _ => self.grow(),
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: u64) -> Option<&T> {
        self.look(1);
        let entry = self.places.get(self.index(key))?.as_ref()?;
        (entry.key == key).then_some(&entry.value)
    }

    /// The value of a key.
    pub fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        self.look(1);
        let index = self.index(key);
        let entry = self.places.get_mut(index)?.as_mut()?;
        (entry.key == key).then_some(&mut entry.value)
    }

    /// Gives a value back, and forgets its key.
    pub fn remove(&mut self, key: u64) -> Option<T> {
        self.look(1);
        let index = self.index(key);
        let entry = self.places.get_mut(index)?.take_if(|entry| entry.key == key)?;
        self.len -= 1;
        if self.len == 0 && self.places.len() > KEPT {
            self.places = Vec::new();
        }
        Some(entry.value)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.places.iter().flatten().map(|entry| &entry.value)
    }

    /// All values.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().flatten().map(|entry| &mut entry.value)
    }

    /// Gives all values back, as another table, and forgets their keys.
    pub fn take(&mut self) -> Slab<T> {
        let mut taken = Slab::new(self.largest);
        std::mem::swap(&mut taken.places, &mut self.places);
        std::mem::swap(&mut taken.len, &mut self.len);
        taken
    }

    /// Doubles the table. A value stays, or moves up by the old length.
    #[cold]
    fn grow(&mut self) {
        let old = self.places.len();
        self.places.resize_with((2 * old).max(16), || None);
        self.look(old);
        let (lower, upper) = self.places.split_at_mut(old);
        for (lower, upper) in lower.iter_mut().zip(upper) {
            if lower.as_ref().is_some_and(|entry| entry.key as usize & old != 0) {
                std::mem::swap(lower, upper);
            }
        }
    }

    fn index(&self, key: u64) -> usize {
        key as usize & self.places.len().wrapping_sub(1)
    }

    #[inline(always)]
    #[cfg_attr(not(test), allow(unused_variables))]
    fn look(&self, places: usize) {
        #[cfg(test)]
        self.looks.update(|looks| looks + places as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_key_comes_again_only_after_all_others_and_never_while_it_is_held() {
        let mut slab = Slab::new(255);
        let held = slab.insert(0);
        for lap in 0..3 {
            // Of 255 keys, 16 have the place of the one that is held.
            let mut keys: Vec<u64> = (0..239).map(|value| remove_again(&mut slab, value)).collect();
            assert!(!keys.contains(&held) && !keys.contains(&0));
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), 239, "in lap {lap} a key came twice");
        }
        assert_eq!(slab.remove(held), Some(0));
    }

    fn remove_again(slab: &mut Slab<i32>, value: i32) -> u64 {
        let key = slab.insert(value);
        assert_eq!(slab.remove(key), Some(value));
        assert_eq!(slab.remove(key), None);
        key
    }

    #[test]
    fn it_does_as_a_map_does() {
        let (mut slab, mut map) = (Slab::new(u64::from(u32::MAX)), BTreeMap::new());
        // A generator of its own: every run is the same.
        let mut random = 1_u64;
        for value in 0..100_000_u64 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let fills = value / 10_000 % 2 == 0;
            if random >> 60 < if fills { 10 } else { 3 } {
                let key = slab.insert(value);
                assert_eq!(map.insert(key, value), None);
            } else if let Some((&key, _)) = map.range(random >> 44..).next() {
                assert_eq!(slab.get_mut(key).copied(), map.get(&key).copied());
                assert_eq!(slab.remove(key), map.remove(&key));
            }
            assert_eq!(slab.len(), map.len());
        }
        let mut values: Vec<u64> = slab.values_mut().map(|value| *value).collect();
        values.sort_unstable();
        assert_eq!(values, map.into_values().collect::<Vec<_>>());
    }

    #[test]
    fn a_key_of_somebody_elses_has_its_place_or_none() {
        let mut slab = Slab::new(u64::from(u32::MAX));
        for key in [7, 7 + 16, 7 + 1024, 8] {
            slab.place(key, key, 1024);
        }
        assert_eq!(
            [7, 7 + 16, 7 + 1024, 8].map(|key| slab.get(key).copied()),
            [Some(7), Some(23), None, Some(8)]
        );
        assert_eq!(slab.values().count(), 3);
        assert_eq!(slab.take().values().sum::<u64>(), 7 + 23 + 8);
        assert!(slab.is_empty());
    }

    #[test]
    fn what_is_held_for_long_costs_the_others_little() {
        let mut slab = Slab::new(u64::from(u32::MAX));
        let held: Vec<u64> = (0..100_000).map(|value| slab.insert(value)).collect();
        for value in 0..1_000_000 {
            let key = slab.insert(value);
            slab.remove(key);
        }
        held.into_iter().for_each(|key| assert!(slab.remove(key).is_some()));
        assert!(slab.looks.get() < 4_000_000, "{} looks", slab.looks.get());
        assert!(slab.places.is_empty(), "an empty table is small");
    }
}
