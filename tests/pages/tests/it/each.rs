//! One test an engine, or a transport, by a line each.

/// Makes tests that differ only in the arguments of one async function.
/// Their names are written out: a search finds them, and a filter such as `_in_webkit` selects them.
macro_rules! each {
    ($($(#[$attribute:meta])* $name:ident: $check:expr;)+) => {$(
        #[tokio::test]
        $(#[$attribute])*
        async fn $name() {
            $check.await;
        }
    )+};
}

pub(crate) use each;
