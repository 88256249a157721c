// @ts-check
// Counts how often the page is loaded, hears what `coi.js` says, and embeds an image of another origin.

sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;
const wanted = new URLSearchParams(location.search);
Object.assign(globalThis, {
  said: '',
  coi: Object.fromEntries(
    ['shouldRegister', 'coepCredentialless'].flatMap((name) => (wanted.has(name) ? [[name, () => false]] : [])),
  ),
});
console.warn = (said) => Object.assign(globalThis, { said });
addEventListener('load', () => {
  const image = new Image();
  image.onload = image.onerror = (/** @type {any} */ { type }) => Object.assign(globalThis, { image: type });
  // The same server by another name.
  image.src = new URL('/pages/dot.svg', location.href.replace('localhost', '127.0.0.1')).href;
});
