// A package whose wasm does not compile, as its worker's bootstrap would report it.
addEventListener('message', async () => {
  try {
    await WebAssembly.compile(new Uint8Array([1, 2, 3]));
  } catch (/** @type {any} */ error) {
    postMessage({ type: 'sabir:failed', stage: 'init', message: error.message });
  }
});
postMessage({ type: 'sabir:hello' });
