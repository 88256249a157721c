// @ts-check
// The interpreters' file systems, which are Emscripten's.

/** Writes a file, and makes its folders. @param {any} FS Emscripten's @param {string} path @param {string | Uint8Array} content */
export function writeFile(FS, path, content) {
  const parts = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/');
    if (folder !== '' && !FS.analyzePath(folder).exists) FS.mkdir(folder);
  }
  FS.writeFile(path, content);
}
