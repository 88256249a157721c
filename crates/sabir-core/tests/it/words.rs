//! What every implementation of `Words` does; the browser tests run it on a SharedArrayBuffer.

use sabir_core::Words;

/// Checks zeroed `words` of at least 4096 bytes, in a realm that may block. `now_ms` is a clock.
pub fn conform(words: &impl Words, now_ms: impl Fn() -> f64) {
    single_words(words);
    bytes_at_every_length(words);
    positions(words);
    waits(words, now_ms);
}

fn single_words(words: &impl Words) {
    words.store_release(3, -7);
    assert_eq!(words.load_acquire(3), -7);
    assert_eq!(words.swap(3, 8), -7);
    assert_eq!(words.compare_exchange(3, 9, 10), 8, "another value: nothing is written");
    assert_eq!(words.compare_exchange(3, 8, 10), 8);
    assert_eq!(words.clone().load_acquire(3), 10, "a clone is the same memory");
}

fn bytes_at_every_length(words: &impl Words) {
    for len in (0..300).chain([4032]) {
        let bytes: Vec<u8> = (0..len).map(|index| (index * 7) as u8).collect();
        words.write_bytes(64, &bytes);
        let mut back = vec![0; len];
        words.read_bytes(64, &mut back);
        assert_eq!(back, bytes);
        let mut appended = vec![9];
        words.append_bytes(64, len, &mut appended);
        assert_eq!(appended[1..], bytes);
    }
}

fn positions(words: &impl Words) {
    words.store_release(1, 5);
    let watched = words.publish(64, &[1; 40], 0, 40, 1);
    assert_eq!((watched, words.load_acquire(0)), (5, 40));
    let mut into = [0; 64];
    assert_eq!(words.receive(0, 40, 3, 64, &mut into), 40);
    assert_eq!(into, [0; 64], "it did not move");
    assert_eq!(words.receive(0, 8, 3, 64, &mut into), 40);
    assert_eq!((&into[..32], &into[32..]), (&[1; 32][..], &[0; 32][..]), "it moved by 32");
    words.write_bytes(64, &[2; 64]);
    assert_eq!(words.receive(0, 88, 0, 64, &mut into), 40);
    assert_eq!(into, [2; 64], "it moved back, round the ring");
}

fn waits(words: &impl Words, now_ms: impl Fn() -> f64) {
    words.store_release(2, 0);
    let start = now_ms();
    words.wait(2, 0, 50.0);
    assert!(now_ms() - start >= 45.0, "it sleeps");
    words.wait(2, 1, f64::INFINITY);
    words.notify(2);
}
