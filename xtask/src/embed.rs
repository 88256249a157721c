//! Wasm inside JavaScript: a package without a second file that a bundler, a host or a policy could lose.

use crate::exec::{bin, command};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// Each byte of the wasm is XORed with it: the commonest is 0, which text has to escape.
const MASK: u8 = b'v';

/// Takes `NAME.js` and `NAME_bg.wasm` of wasm-bindgen's from `made`; writes the glue, and `NAME-wasm.js` that holds the wasm.
pub fn embed(made: &Path, name: &str, out: &Path, dev: bool) -> Result<()> {
    let mut glue = Glue(fs::read_to_string(made.join(format!("{name}.js")))?);
    glue.shorten()?;
    let wasm = made.join(format!("{name}_bg.wasm"));
    if !dev {
        glue.rename(&format!("./{name}_bg.js"), &shrink(&wasm)?)?;
    }
    fs::write(out.join(format!("{name}.js")), glue.0)?;
    fs::write(out.join(format!("{name}-wasm.js")), in_javascript(&fs::read(wasm)?))?;
    Ok(())
}

/// Optimises the wasm, and gives what it imports and exports short names: wasm-bindgen's have a hash each, which nothing
/// compresses. Returns what wasm-opt says of them.
fn shrink(wasm: &Path) -> Result<String> {
    let mut wasm_opt = command(bin("wasm-opt"));
    // The bottom of the stack is the low memory: nothing stands there. LLVM has inlined all that is worth it.
    wasm_opt.args(["-O3", "--low-memory-unused", "--one-caller-inline-max-function-size=0"]);
    wasm_opt.args(["--strip-target-features", "--minify-imports-and-exports-and-modules"]);
    let output = wasm_opt.arg(wasm).arg("-o").arg(wasm).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "wasm-opt, which came from npm, failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// Starts the wasm, instead of wasm-bindgen's ways to fetch and compile it.
const START: &str = "let wasm;
export function initSync({ module }) {
    wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;
    wasm.__wbindgen_start();
}
";

/// wasm-bindgen's JavaScript around the wasm.
struct Glue(String);

impl Glue {
    fn replace(&mut self, from: &str, to: &str) -> Result<()> {
        ensure!(self.0.contains(from), "wasm-bindgen's glue has changed: it no longer has `{from}`");
        self.0 = self.0.replace(from, to);
        Ok(())
    }

    /// Leaves out what only other embedders and old browsers need: the package has the compiled module at hand.
    fn shorten(&mut self) -> Result<()> {
        const FETCHES: &str = "let wasmModule, wasmInstance, wasm;";
        let start = self.0.find(FETCHES);
        self.0.truncate(start.with_context(|| format!("wasm-bindgen's glue has changed: no `{FETCHES}`"))?);
        self.0 += START;
        self.cut("if (!('encodeInto' in cachedTextEncoder))", "let WASM_VECTOR_LEN");
        self.cut("(typeof FinalizationRegistry === 'undefined')", "new FinalizationRegistry");
        self.cut("typeof globalThis === 'undefined'", "globalThis?");
        self.0 = self.0.replace(": function(", "(");
        Ok(())
    }

    /// Leaves out all that stands from each `from` up to the next `to`.
    fn cut(&mut self, from: &str, to: &str) {
        while let Some((before, rest)) = self.0.split_once(from)
            && let Some(end) = rest.find(to)
        {
            self.0 = format!("{before}{}", &rest[end..]);
        }
    }

    /// Follows [`shrink`], which has moved all imports into one module, `a`; `own` is the one that the glue itself was.
    fn rename(&mut self, own: &str, names: &str) -> Result<()> {
        let mut exports = Vec::new();
        let mut others = String::new();
        for line in names.lines() {
            match line.split('"').collect::<Vec<_>>()[..] {
                [_, module, _, name, _, short, _] if module == own => self.replace(name, short)?,
                [_, module, _, name, _, short, _] => {
                    self.replace(&format!("\"{module}\": import1,"), "")?;
                    others += &format!("{short}: import1.{name}, ");
                }
                [_, name, _, short, _] => exports.push((name, short)),
                _ => {}
            }
        }
        self.replace(&format!("\"{own}\": import0,"), &format!("a: {{ ...import0, {others}}},"))?;
        // No name is the beginning of one that comes later.
        exports.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, short) in exports {
            self.0 = self.0.replace(&format!("wasm.{name}"), &format!("wasm.{short}"));
        }
        Ok(())
    }
}

/// A module that compiles the wasm, which it holds.
///
/// Each byte is a character of its code: compressed, that is a tenth smaller than base64 of compressed bytes.
/// A loop reads them in 2 ms, `Uint8Array.from` in 16. The script that asks goes on before: the workers that it makes load meanwhile.
fn in_javascript(wasm: &[u8]) -> String {
    let text: String = wasm.iter().map(|byte| escaped(byte ^ MASK)).collect();
    format!(
        "// Written by `cargo xtask build`.
const text = '{text}';
export async function compile() {{
  await undefined;
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place) ^ {MASK};
  return WebAssembly.compile(bytes);
}}
"
    )
}

/// A byte as a character of a JavaScript string; what is no ASCII text at all would be changed by editors and checkouts.
fn escaped(byte: u8) -> String {
    match byte {
        0 => "\\x00".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\'' => "\\'".to_owned(),
        b'\\' => "\\\\".to_owned(),
        _ => char::from(byte).to_string(),
    }
}
