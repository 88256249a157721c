/** The Python package, by path. `cargo xtask build` writes the module. */
export const sources: Record<string, string>;
