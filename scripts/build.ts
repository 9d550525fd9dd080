import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = dirname(import.meta.dirname);
const out = join(root, 'dist');
const work = join(root, '.llmclis', `build-${process.pid}`);
const fresh = join(work, 'fresh');
const sources = join(root, 'src');

/** What `src/bin.ts` loads at once: all that a hot command needs. */
const HOT = ['src/app.ts', 'src/cli/main.ts'];

/**
 * The hot code in one chunk. esbuild parts code by the set of entries that reach it, and every file loaded lazily is an
 * entry: that made eighteen small files of what `next` needs, 0.4 ms each. So a lazy file of ours reaches all that is hot.
 */
const oneHotChunk: Plugin = {
  name: 'one-hot-chunk',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && resolveDir.startsWith(sources)
        ? { path: join(resolveDir, path), namespace: 'lazy' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      resolveDir: root,
      contents: [
        ...HOT.map(file => `import ${JSON.stringify(join(root, file))};`),
        `export * from ${JSON.stringify(path)};`,
      ].join('\n'),
    }));
  },
};

/**
 * Node's own modules without what they load late: an `import` of `node:fs` reads every export, and with them loads streams and
 * promises, which takes a tenth of a bare start. So an export that is made when it is read is left out.
 */
const builtinsAtOnce: Plugin = {
  name: 'builtins-at-once',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ kind, path, importer }) =>
      kind === 'import-statement' && importer.startsWith(sources) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const described = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)));
      const names = described.filter(
        ([name, { get }]) => get === undefined && /^[a-z_]\w*$/i.test(name) && name !== 'default',
      );
      return {
        contents: [
          `const all = process.getBuiltinModule(${JSON.stringify(path)});`,
          'export default all;',
          `export const { ${names.map(([name]) => name).join(', ')} } = all;`,
        ].join('\n'),
      };
    });
  },
};

/**
 * `better-sqlite3` with its JavaScript in the bundle and only this platform's addon loaded from the package, at the first
 * connection: the package's own entry reads eleven files and looks for compiled addons first. Where there is no such
 * addon (musl, a rare platform, compiled on purpose) the package's own entry decides.
 */
const sqliteDirect: Plugin = {
  name: 'sqlite-direct',
  setup({ onResolve, onLoad }) {
    const library = join(root, 'node_modules', 'better-sqlite3', 'lib');
    onResolve({ filter: /^better-sqlite3$/ }, ({ namespace }) =>
      namespace === 'sqlite' ? { path: 'better-sqlite3', external: true } : { path: 'entry', namespace: 'sqlite' },
    );
    onLoad({ filter: /.*/, namespace: 'sqlite' }, () => ({
      resolveDir: library,
      contents: `
        const load = require;
        const file = 'better-sqlite3/prebuilds/' + process.platform + '-' + process.arch + '.node';
        const own = () => {
          const { existsSync } = require('node:fs');
          const folder = load.resolve.paths(file).find(folder => existsSync(folder + '/' + file));
          const addon = load(folder + '/' + file);
          const Database = require('./database.js')(() => addon, false);
          Database.SqliteError = require('./sqlite-error.js');
          return Database;
        };
        const decided = () => { try { return own(); } catch { return require('better-sqlite3'); } };
        let library;
        const loaded = () => (library ??= decided());
        module.exports = function Database(file, options) { return new (loaded())(file, options); };
        Object.defineProperty(module.exports, 'SqliteError', { get: () => loaded().SqliteError });
      `,
    }));
  },
};

/** Milliseconds for which the chunks of an earlier build stay: a process that runs may still load one. */
const KEPT_MS = 600_000;
const started = new Date();
mkdirSync(work, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/bin.ts'],
    outdir: fresh,
    entryNames: '[name]',
    // Flat: every chunk stands in dist/, so that the package's root is one folder up from each of them.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', LLMCLIS_VERSION: JSON.stringify(version) },
    // Ink reaches for its devtools only when DEV is set; the others are found on the machine when they are used.
    external: ['react-devtools-core', '@huggingface/transformers'],
    plugins: [oneHotChunk, builtinsAtOnce, sqliteDirect],
    // CommonJS in the bundle (and the addon) needs a `require`.
    banner: { js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);" },
    logLevel: 'warning',
  });
  // A thread of its own is a file of its own, and shares no chunk: what `next` needs stays in one.
  await build({
    absWorkingDir: root,
    entryPoints: { 'embedding-worker': 'src/memory/embedding/worker.ts' },
    outdir: fresh,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    logLevel: 'warning',
  });
  // A build is as old as the moment it began: what was changed meanwhile is newer than it.
  utimesSync(join(fresh, 'bin.js'), started, started);
  swap();
} catch (error) {
  // esbuild has printed what is wrong with the sources.
  if (!(error instanceof Error && 'errors' in error)) throw error;
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Nobody ever sees half a build: chunks have their hash in their name and come first, the entry that names them comes last. */
function swap(): void {
  mkdirSync(out, { recursive: true });
  const files = readdirSync(fresh).toSorted((a, b) => Number(a === 'bin.js') - Number(b === 'bin.js'));
  for (const file of files) renameSync(join(fresh, file), join(out, file));
  const old = readdirSync(out).filter(file => !files.includes(file));
  for (const file of old)
    if (started.getTime() - statSync(join(out, file)).mtimeMs > KEPT_MS)
      rmSync(join(out, file), { recursive: true, force: true });
}
