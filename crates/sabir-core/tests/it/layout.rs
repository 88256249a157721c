//! The layout is approved: nobody changes what two builds must agree on without noticing.

use sabir_core::layout::LAYOUT_VERSION;

/// The version, and the hash of the files that define it, without their comments.
///
/// When this fails: if an endpoint of the build before could misread a link of this one (another offset, another meaning
/// of a word, a frame or a kind), raise `LAYOUT_VERSION`. Otherwise approve the new hash alone.
const APPROVED: (i32, u64) = (4, 0x98ab_93f7_2838_f1a5);

#[test]
fn the_layout_is_the_approved_one() {
    let files = [include_str!("../../src/layout.rs"), include_str!("../../src/frame.rs")];
    let lines =
        files.iter().flat_map(|file| file.lines()).map(str::trim).filter(|line| !line.starts_with("//"));
    // FNV-1a, as for methods' names; a hasher of the standard library may change with the compiler.
    let hash = lines.flat_map(str::bytes).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!((LAYOUT_VERSION, hash), APPROVED);
}

#[test]
fn the_document_describes_this_version() {
    let protocol = include_str!("../../../../docs/protocol.md");
    assert!(protocol.contains(&format!("Layout version {LAYOUT_VERSION}")));
}
