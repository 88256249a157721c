// @ts-check
export default {
  base: './',
  worker: { format: 'es' },
  build: { target: 'esnext', outDir: '../../site/bundled/vite', emptyOutDir: true },
};
