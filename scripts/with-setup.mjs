// Installs and builds what is missing or out of date, then runs a tool of this repository on the bundled Node.
// It runs before anything is installed and on Node 20: no dependencies, no syntax newer than that. stdout belongs to the tool.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => join(root, ...parts);
const say = line => process.stderr.write(`llmclis: ${line}\n`);

/** First Node that runs TypeScript files without a flag. */
const NEEDED = [22, 18];
/** What each tool runs, as arguments of the bundled Node. */
const TOOLS = {
  llmclis: ['bin/llmclis.cjs'],
  vitest: ['node_modules/vitest/vitest.mjs'],
  soak: ['scripts/soak.ts'],
  bench: ['scripts/bench.ts'],
  build: [],
};
/** A change in any of these makes the build stale. Folders count with all that is in them. */
const SOURCES = ['src', 'scripts/build.ts', 'package.json'];
const LOCK = inRoot('.llmclis', 'setup.lock');
/** Milliseconds after which a lock that names no process is left over from one that died while writing it. */
const EMPTY_LOCK_MS = 10_000;
const WAIT_MS = 200;

const [tool = '', ...args] = process.argv.slice(2);
if (Object.hasOwn(TOOLS, tool)) main();
else {
  say(`usage: node scripts/with-setup.mjs ${Object.keys(TOOLS).join('|')} [arguments]`);
  process.exitCode = 2;
}

function main() {
  const problem = setUp();
  if (problem !== null) {
    say(problem);
    process.exitCode = 4;
  } else if (tool !== 'build') run(bundledNode(), [...TOOLS[tool].map(file => inRoot(file)), ...args]);
}

/** Null when everything is in place, else what is in the way. */
function setUp() {
  const wanted = () => tool === 'build' || installIsStale() || buildIsStale();
  if (!wanted()) return bundledNode() === null ? noNode() : null;
  takeLock();
  try {
    return wanted() ? installAndBuild() : null;
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function installAndBuild() {
  if (installIsStale()) {
    say('installing dependencies (npm ci) …');
    if (!install()) return 'npm ci failed; its messages are above. Try it again with a network: npm ci';
  }
  const node = bundledNode();
  if (node === null) return noNode();
  if (tool !== 'build' && !buildIsStale()) return null;
  say('building …');
  return runQuietly(node, [inRoot('scripts/build.ts')]) ? null : 'the build failed; its messages are above.';
}

const noNode = () =>
  `this needs Node ${NEEDED.join('.')} or newer, here is ${process.versions.node}, and no Node came with the dependencies. ` +
  'Install one from https://nodejs.org';

function mtime(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}

function installIsStale() {
  const installed = mtime(inRoot('node_modules', '.package-lock.json'));
  return installed === null || (mtime(inRoot('package-lock.json')) ?? 0) > installed;
}

/** The build carries the time at which it began, so that a change made meanwhile is newer. */
function buildIsStale() {
  const built = mtime(inRoot('dist', 'bin.js'));
  return built === null || SOURCES.some(source => newest(inRoot(source)) > built);
}

/** Latest change of a file, or of a folder and all in it: a removed file changes its folder. */
function newest(path) {
  const own = mtime(path) ?? 0;
  if (own === 0 || !statSync(path).isDirectory()) return own;
  return Math.max(own, ...readdirSync(path).map(name => newest(join(path, name))));
}

/** No dependency needs its install script, and without them nothing is compiled or fetched besides the packages. */
function install() {
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /\.c?js$/.test(npm)) return runQuietly(process.execPath, [npm, ...flags]);
  return runQuietly('npm', flags, process.platform === 'win32');
}

/** Everything it prints goes to stderr. True when it ended well. */
function runQuietly(command, argv, shell = false) {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const ended = spawnSync(command, argv, { cwd: root, env, shell, stdio: ['ignore', 2, 2] });
  if (ended.error !== undefined) say(`${command} does not start: ${ended.error.message}`);
  return ended.status === 0;
}

/** The Node of the installed platform package, else this one when it is new enough, else null. */
function bundledNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const bundled = inRoot('node_modules', `node-${system}-${process.arch}`, 'bin', name);
  if (existsSync(bundled)) return bundled;
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]) ? process.execPath : null;
}

/** Waits until no other process installs or builds. A lock of a process that is gone is taken over. */
function takeLock() {
  mkdirSync(dirname(LOCK), { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isLeftOver(LOCK)) takeAway();
    else {
      if (!told) say('waiting for another process that installs or builds …');
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

function isLeftOver(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder === 0) return Date.now() - (mtime(lock) ?? Date.now()) > EMPTY_LOCK_MS;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Another process may have replaced the left-over lock since it was looked at: then it gets its own back. */
function takeAway() {
  const aside = `${LOCK}.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    if (!isLeftOver(aside)) linkSync(aside, LOCK);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

/** Runs the tool with this terminal; its exit code or signal becomes ours. */
function run(node, argv) {
  const path = Object.keys(process.env).find(name => name.toUpperCase() === 'PATH') ?? 'PATH';
  const env = { ...process.env, [path]: [inRoot('node_modules', '.bin'), process.env[path]].join(delimiter) };
  const child = spawn(node, argv, { stdio: 'inherit', env });
  const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT'];
  // A terminal sends Ctrl-C to the child as well: once is enough.
  for (const signal of forwarded)
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  child.on('error', error => {
    say(`${node} does not start: ${error.message}`);
    process.exitCode = 4;
  });
  child.on('exit', (code, signal) => {
    for (const name of forwarded) process.removeAllListeners(name);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}
