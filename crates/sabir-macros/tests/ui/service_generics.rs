#[sabir::service]
trait Ask<T> {
    fn ask(&self);
}

#[sabir::service]
trait Tell<'a>
where
    Self: 'a,
{
    fn parameter<T>(&self, value: T);
    fn lifetime<'b>(&'b self);
    fn clause(&self)
    where
        Self: Sized;
}

fn main() {}
