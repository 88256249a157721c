#[sabir::service]
pub struct Ask {
    text: String,
}

#[sabir::service]
unsafe trait Tell {
    fn tell(&self);
}

#[sabir::service(timeout_ms = 5)]
trait Sum {
    fn sum(&self);
}

#[sabir::service]
trait Nothing {}

fn main() {}
