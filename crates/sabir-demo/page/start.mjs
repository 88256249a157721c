// @ts-check
// The module that a page's script tag names; all else is Rust.
import init, { run } from './pkg/demo.js';

await init();
run();
