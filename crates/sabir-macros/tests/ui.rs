//! What misuse looks like to its author. `TRYBUILD=overwrite` writes the messages anew.

#[test]
fn misuse_is_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
