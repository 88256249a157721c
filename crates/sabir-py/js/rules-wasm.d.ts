/** `cargo xtask build` writes the module. */
export function compile(): Promise<WebAssembly.Module>;
