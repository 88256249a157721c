#[sabir::service]
trait Ask {
    fn none(text: String);
    fn exclusive(&mut self);
    fn owned(self);
    fn typed(self: &Self);
    fn lifetime(&'static self);
}

fn main() {}
