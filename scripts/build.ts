import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = dirname(import.meta.dirname);
const out = join(root, 'dist');
const work = join(root, '.llmclis', `build-${process.pid}`);
const fresh = join(work, 'fresh');

/**
 * `better-sqlite3` with its JavaScript in the bundle and only this platform's addon loaded from the package: the package's
 * own entry reads eleven files and looks for compiled addons first. Where there is no such addon (musl, a rare
 * platform, compiled on purpose) the package's own entry decides.
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
        const own = () => {
          const { dirname, join } = require('node:path');
          const load = require;
          const folder = dirname(load.resolve('better-sqlite3/package.json'));
          const addon = load(join(folder, 'prebuilds', process.platform + '-' + process.arch + '.node'));
          const Database = require('./database.js')(() => addon, false);
          Database.SqliteError = require('./sqlite-error.js');
          return Database;
        };
        let Database;
        try { Database = own(); } catch { Database = require('better-sqlite3'); }
        module.exports = Database;
      `,
    }));
  },
};

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
    plugins: [sqliteDirect],
    // CommonJS in the bundle (and the addon) needs a `require`.
    banner: { js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);" },
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

/** Nobody ever sees half a build. */
function swap(): void {
  try {
    renameSync(out, join(work, 'old'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  renameSync(fresh, out);
}
