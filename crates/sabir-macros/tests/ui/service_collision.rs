// The two names have the same FNV-1a hash.
#[sabir::service]
trait Ask {
    fn kqvldbq(&self);
    fn hdqgxpa(&self);
}

fn main() {}
