#[sabir::service]
trait Ask {
    fn text(&self) -> &str;
    fn nested(&self) -> Result<&[String], String>;
    fn itself(&self) -> Self;
    fn opaque(&self) -> impl Iterator<Item = u8>;
}

fn main() {}
