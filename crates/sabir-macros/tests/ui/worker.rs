#[sabir::worker]
static COMPUTE: u8 = 0;

#[sabir::worker]
fn nothing() {}

#[sabir::worker]
fn too_much(page: sabir::Page, more: u8) {}

#[sabir::worker]
fn generic<T>(page: sabir::Page) {}

#[sabir::worker]
unsafe fn unchecked(page: sabir::Page) {}

#[sabir::worker]
extern "C" fn foreign(page: sabir::Page) {}

#[sabir::worker(name = "compute")]
fn named(page: sabir::Page) {}

#[sabir::worker(globals, globals)]
fn twice(page: sabir::Page) {}

#[sabir::worker(pipeline(stack))]
fn misspelt(page: sabir::Page) {}

fn main() {}
