/** The wasm of the demo: `page.rs`. `cargo xtask build` writes the module. */
export default function init(): Promise<unknown>;
export function run(): void;
