/** The contract between JavaScript and the wasm of `sabir-py`. `cargo xtask test javascript` compares it with wasm-bindgen's. */

/** The configuration as JSON; `source` names the text's origin in errors. */
export function parseConfig(text: string, isToml: boolean, source: string): string;
/** What a tag says, as JSON, from its attributes as a JSON object. */
export function parseTag(attributes: string): string;
export function initSync(module: { module: WebAssembly.Module }): unknown;
