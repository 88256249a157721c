#[sabir::service]
trait Ask {
    #[sabir(one_way)]
    fn answered(&self) -> u8;
    #[sabir(one_way)]
    async fn awaited(&self);
    #[sabir(one_way, timeout_ms = 5)]
    fn timed(&self);
    #[sabir(timeout_ms = 0)]
    fn zero(&self);
    #[sabir(retries = 3)]
    fn retried(&self);
}

fn main() {}
