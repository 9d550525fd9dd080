#!/usr/bin/env node
'use strict';
// Plain CommonJS in words that an old Node understands: the version is looked at before anything is imported, because the
// database addon ends a Node older than 22.14 with a segmentation fault, and nothing could be said any more.
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** First Node that runs the addon (22.14) and TypeScript files without a flag (22.18). */
const NEEDED = [22, 18];

const [major, minor] = process.versions.node.split('.').map(Number);
const newEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
const program = join(__dirname, '..', 'dist', 'bin.js');

if (newEnough) runHere();
else runOn(bundledNode());

function runHere() {
  if (!existsSync(program)) return give('llmclis is not built in this folder. Build it once: npm run build');
  import('../dist/bin.js').catch(error => {
    process.stderr.write(`${error?.stack ?? error}\n`);
    process.exitCode = 1;
  });
}

/** The Node that came with the installation (optional dependency of this platform), or null. */
function bundledNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const folder = dirname(require.resolve(`node-${system}-${process.arch}/package.json`));
    const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(node) ? node : null;
  } catch {
    return null;
  }
}

function runOn(node) {
  const needed = NEEDED.join('.');
  if (node === null)
    return give(
      `llmclis needs Node ${needed} or newer, this is ${process.versions.node}, and no Node came with the installation. ` +
        'Install one from https://nodejs.org, or reinstall without --omit=optional.',
    );
  const { spawn } = require('node:child_process');
  const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the child as well: once is enough.
  const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT'];
  for (const signal of forwarded)
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  child.on('error', error => give(`The bundled Node at ${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    for (const name of forwarded) process.removeAllListeners(name);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

/** Exit code 4: something needed is missing. */
function give(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 4;
}
