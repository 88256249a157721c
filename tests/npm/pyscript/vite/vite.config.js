// @ts-check
export default {
  base: './',
  build: { target: 'esnext', outDir: '../../../site/bundled/pyscript', emptyOutDir: true },
};
