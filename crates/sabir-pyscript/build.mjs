// Bundles PyScript's sources with this package in coincident's place: `node build.mjs SOURCES SABIR TOOLS OUT`.
// SOURCES is the folder that npm has filled, SABIR the built package, TOOLS the folder of npm's modules with esbuild and terser.

import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const [sources, sabir, tools, out] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { build } = require(join(tools, 'esbuild'));
const { minify } = require(join(tools, 'terser'));
const own = join(dirname(fileURLToPath(import.meta.url)), 'js');
const modules = join(sources, 'node_modules');
const dist = join(out, 'dist');

const { version } = JSON.parse(await readFile(join(modules, '@pyscript/core/package.json'), 'utf8'));

/** Modules of others that name what we replace, and of ours that name what is not exported. @type {Record<string, string>} */
const PLACES = {
  'coincident/window/worker': join(own, 'worker/coincident.js'),
  'coincident/window/main': join(own, 'page/coincident.js'),
  'sabir/window/main': join(sabir, 'dist/window/main.js'),
  'polyscript:worker': join(modules, 'polyscript/esm/worker/_template.js'),
  'polyscript:interpreters': join(modules, 'polyscript/esm/interpreters.js'),
  'pyscript:error': join(modules, '@pyscript/core/src/plugins/error.js'),
  'polyscript:workers': join(modules, 'polyscript/esm/workers.js'),
  // zip.js imports itself by its name.
  '@zip.js/zip.js': join(modules, 'polyscript/esm/3rd-party/zip.js'),
  'pyscript:core': join(modules, '@pyscript/core/src/core.js'),
};

const SHARED = {
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  sourcemap: true,
  metafile: true,
  charset: 'utf8',
  target: 'es2022',
  logLevel: 'warning',
  // Chunks of our own package import another for its effects, which it has not.
  logOverride: { 'ignored-bare-import': 'silent' },
  loader: { '.py': 'text' },
  nodePaths: [modules],
  // The checkout's paths lead to its sources.
  tsconfigRaw: '{}',
  outdir: dist,
  define: { 'globalThis.__PYSCRIPT_VERSION__': JSON.stringify(version) },
};

/** @param {(build: any) => void} more adds to the plugin */
const replacing = (more = () => {}) => ({
  name: 'sabir',
  setup(build) {
    build.onResolve({ filter: /^\/sabir\// }, ({ path }) => ({ path: join(sabir, path.slice('/sabir/'.length)) }));
    build.onResolve({ filter: /^(coincident\/window|sabir|polyscript|pyscript|@zip\.js)[:/]/ }, ({ path }) => {
      return path in PLACES ? { path: PLACES[path] } : undefined;
    });
    more(build);
  },
});

/** Has terser compress a script, as those of our own package. @param {string} file */
async function compress(file) {
  const [code, map] = await Promise.all([file, `${file}.map`].map((name) => readFile(name, 'utf8')));
  const sourceMap = { content: map, url: `${basename(file)}.map` };
  // The first line, which the page replaces, stays a comment.
  const format = { comments: /^ options$/ };
  const made = await minify(code, { module: true, ecma: 2022, compress: { passes: 2 }, format, sourceMap });
  await Promise.all([writeFile(file, made.code), writeFile(`${file}.map`, made.map)]);
}

/** How an end of ours is built: from our package's sources, since the built package exports its API only. */
const END = { ...SHARED, splitting: false, write: false, mangleProps: /^_[a-z]{2}/ };

const IMPORT = /import\s*\{([^}]*)\}\s*from\s*"([^"]+)";?/g;

/**
 * The pipeline of a worker's end, which is loaded on demand: a function that takes what the modules have which are in the worker's
 * text already. A worker starts from a Blob, of which no other module can import.
 */
async function pipeline() {
  const isOwn = (/** @type {string} */ path) => /\/pipeline\/|\/pipelined\.js$/.test(path);
  const made = await build({
    ...END,
    entryPoints: [join(own, 'end/pipelined.js')],
    sourcemap: false,
    mangleCache: {},
    plugins: [
      {
        name: 'pipeline',
        setup(build) {
          build.onResolve({ filter: /./ }, ({ path, resolveDir, kind }) => {
            if (kind === 'entry-point') return undefined;
            const file = path.startsWith('/sabir/')
              ? join(sabir, path.slice('/sabir/'.length))
              : join(resolveDir, path);
            return isOwn(file) ? { path: file } : { path: file, external: true };
          });
        },
      },
    ],
  });
  const [{ text }] = made.outputFiles;
  /** @type {string[]} */
  const [names, imports] = [[], []];
  const body = text.replace(IMPORT, (_, list, module) => {
    for (const part of list.split(',')) {
      const [name, local = name] = part.split(' as ');
      imports.push(`import { ${name} as shared${names.length} } from ${JSON.stringify(module)};`);
      names.push(local);
    }
    return '';
  });
  const [start] = body.match(/export\s*\{.*$/s) ?? [];
  const result = start?.match(/([\w$]+) as start/)?.[1];
  if (result === undefined) throw new Error('the pipeline exports no `start`');
  return {
    mangleCache: made.mangleCache,
    shared: `${imports.join('\n')}\nexport const shared = [${names.map((_, index) => `shared${index}`).join(', ')}];\n`,
    module: `export default ([${names.join(', ')}]) => {${body.slice(0, body.indexOf(start))}return ${result}}\n`,
  };
}

/** Our package's end in a worker. @param {Awaited<ReturnType<typeof pipeline>>} pipeline */
async function workersEnd({ mangleCache, shared }) {
  const made = await build({
    ...END,
    entryPoints: [join(own, 'end/sabir.js')],
    mangleCache,
    plugins: [
      replacing((build) => {
        // The API loads these by options that no worker of PyScript's passes.
        build.onLoad({ filter: /\/(pipeline\/pipeline|globals\/globals)\.js$/ }, () => ({ contents: '' }));
        build.onResolve({ filter: /^sabir:workers-pipeline$/ }, () => ({
          path: 'sabir:workers-pipeline',
          external: true,
        }));
        build.onResolve({ filter: /^sabir:workers-shared$/ }, () => ({ path: 'shared', namespace: 'made' }));
        build.onLoad({ filter: /^shared$/, namespace: 'made' }, () => ({ contents: shared, resolveDir: sabir }));
      }),
    ],
  });
  const [map, { text }] = made.outputFiles;
  const data = Buffer.from(map.contents).toString('base64');
  return `${text.replace(/\/\/# sourceMappingURL.*/, '')}//# sourceMappingURL=data:application/json;base64,${data}\n`;
}

/** The worker's half as a text: it starts from a Blob, where its chunks' relative names mean nothing. */
async function workerText() {
  const pipelined = await pipeline();
  const end = await workersEnd(pipelined);
  const made = await build({
    ...SHARED,
    entryPoints: { worker: join(own, 'worker/worker.js') },
    chunkNames: 'worker-[name]-[hash]',
    // The page replaces this line.
    banner: { js: '// options' },
    plugins: [
      replacing((build) => {
        build.onResolve({ filter: /^sabir:workers-end$/ }, () => ({ path: 'sabir', namespace: 'made' }));
        build.onLoad({ filter: /^sabir$/, namespace: 'made' }, () => ({ contents: end, loader: 'js' }));
        build.onResolve({ filter: /^sabir:workers-pipeline$/ }, () => ({ path: 'pipeline', namespace: 'made' }));
        build.onLoad({ filter: /^pipeline$/, namespace: 'made' }, () => ({ contents: pipelined.module, loader: 'js' }));
      }),
    ],
  });
  const chunks = Object.keys(made.metafile.outputs).map((file) => relative(dist, join(process.cwd(), file)));
  const names = chunks.filter((name) => name.endsWith('.js') && name !== 'worker.js');
  const urls = names.map((name) => `"./${name}": new URL("./${name}", import.meta.url).href`);
  urls.push('"worker.js.map": new URL("./worker.js.map", import.meta.url).href');
  const file = join(dist, 'worker.js');
  await compress(file);
  const text = await readFile(file, 'utf8');
  await rm(file);
  return {
    made,
    module: `export const text = ${JSON.stringify(text)};\nexport const urls = { ${urls.join(', ')} };\n`,
  };
}

await mkdir(dist, { recursive: true });
const worker = await workerText();
const page = await build({
  ...SHARED,
  entryPoints: { core: join(own, 'core.js'), storage: join(modules, '@pyscript/core/src/storage.js') },
  // PyScript knows its own script by the beginning of the name.
  chunkNames: 'core-[name]-[hash]',
  plugins: [
    replacing((build) => {
      // polyscript's module that holds its worker's text.
      build.onResolve({ filter: /^\.\/xworker\.js$/ }, ({ resolveDir }) =>
        resolveDir.endsWith('polyscript/esm/worker') ? { path: join(own, 'page/xworker.js') } : undefined,
      );
      build.onResolve({ filter: /^sabir:worker-text$/ }, () => ({ path: 'worker-text', namespace: 'made' }));
      build.onLoad({ filter: /.*/, namespace: 'made' }, () => ({ contents: worker.module, loader: 'js' }));
    }),
  ],
});

for (const name of await readdir(dist)) if (name.endsWith('.js')) await compress(join(dist, name));

const core = join(modules, '@pyscript/core');
await cp(join(core, 'types'), join(out, 'types'), { recursive: true });
await cp(join(core, 'src/core.css'), join(dist, 'core.css'));
await cp(join(core, 'src/3rd-party/xterm.css'), join(dist, 'xterm.css'));
await cp(join(sabir, 'sw.js'), join(dist, 'service-worker.js'));

// A worker's tag names it as its program.
await cp(join(own, '../python/workerlib.py'), join(out, 'workerlib.py'));

/** The licences of all whose code was bundled. */
const licences = join(out, 'licenses');
await cp(join(core, 'src/3rd-party-licenses'), licences, { recursive: true });
const inputs = [worker, page].flatMap((bundle) =>
  Object.keys(('made' in bundle ? bundle.made : bundle).metafile.inputs),
);
const packages = new Set(
  inputs.map((file) => file.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter((name) => name),
);
for (const folder of /** @type {Set<string>} */ (packages)) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `Licence: ${license}\n` : await readFile(join(folder, file), 'utf8');
  await writeFile(join(licences, `${name.replaceAll('/', '+')}.txt`), `${name} ${version}\n\n${text}`);
}
