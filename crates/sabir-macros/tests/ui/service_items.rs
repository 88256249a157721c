#[sabir::service]
trait Ask {
    type Text;
    const LIMIT: usize;
    fn body(&self) {}
    fn new(&self);
    unsafe fn unchecked(&self);
    extern "C" fn foreign(&self);
    #[cfg(debug_assertions)]
    fn sometimes(&self);
}

fn main() {}
