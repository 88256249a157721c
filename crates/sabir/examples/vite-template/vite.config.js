// With these headers the worker and its page share memory: a production server has to send them, too.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default {
  server: { headers },
  preview: { headers },
  build: {
    // Vite's preloading asks for `document`, which a worker lacks.
    modulePreload: false,
    rollupOptions: {
      // A worker runs this script, too: it stays a file of its own, and keeps its exports.
      input: ['index.html', 'pkg/vite-template.js'],
      preserveEntrySignatures: 'allow-extension',
    },
  },
};
