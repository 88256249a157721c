#[sabir::service]
trait Ask {
    fn text(&self, text: &str);
    fn bytes(&self, bytes: &[u8]);
    fn numbers(&self, numbers: &mut [u64]);
    fn nested(&self, texts: Vec<Option<&'static str>>);
    fn elided(&self, text: std::borrow::Cow<'_, str>);
    fn opaque(&self, text: impl Into<String>);
    fn object(&self, text: Box<dyn ToString>);
    fn address(&self, text: *const u8);
    fn pattern(&self, (x, y): (u8, u8));
    fn mutable(&self, mut x: u8);
    fn unnamed(&self, _: u8);
}

fn main() {}
