import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import type { AppCore } from './core.ts';
import { packageAt, packageFolder, TRANSFORMERS } from './embedding.ts';
import type { EnableTalk } from './embedding-types.ts';
import { removeLeftovers } from './leftovers.ts';

const VERSION = '4.3.1';
/** The browser's runtime is never loaded by Node, and is the largest part of what would be installed. */
const OVERRIDES = { 'onnxruntime-web': 'npm:empty-npm-package@1.0.0' };
/** Its install script fetches files for graphics cards from elsewhere, and undoes the whole installation when it cannot. */
const SKIP = { ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' };
const SIZE = 'about 330 MB';
/** Every so many packages are told. */
const TOLD = 10;
/** Lines of npm's complaint that are shown. */
const COMPLAINT = 3;

/** What to type where this program cannot do it. */
const byHand = (folder: string): string =>
  `On a machine with npm and a network: ONNXRUNTIME_NODE_INSTALL=skip npm install --ignore-scripts --prefix ${JSON.stringify(folder)} ${TRANSFORMERS}@${VERSION} — then copy the folder here and try again.`;

/**
 * Installs the package into the user's folder, beside it first and in its place only when all of it is there. Gives a file from whose
 * folder it is found.
 */
export async function installPackage(core: AppCore, { say, signal }: EnableTalk): Promise<Result<string>> {
  const folder = packageFolder(core);
  const fresh = `${folder}.${process.pid}`;
  removeLeftovers(folder);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const described = {
    name: 'llmclis-embedder',
    private: true,
    dependencies: { [TRANSFORMERS]: VERSION },
    overrides: OVERRIDES,
  };
  writeFileSync(join(fresh, 'package.json'), `${JSON.stringify(described, null, 2)}\n`);
  say(`Installing ${TRANSFORMERS} ${VERSION} into ${folder} (${SIZE}) …`);
  try {
    const ran = await runNpm(core, fresh, say, signal);
    if (!ran.ok) return ran;
    if (packageAt(join(fresh, 'package.json')) === null)
      return fail('setup.failed', `npm ended well, but ${TRANSFORMERS} is not there.`, byHand(folder));
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    return ok(join(folder, 'package.json'));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Takes back what `installPackage` did. */
export const removePackage = (core: AppCore): void => rmSync(packageFolder(core), { recursive: true, force: true });

const interrupted = () =>
  fail('interrupted', 'The installation was interrupted; nothing of it is left.', 'Try again: llmclis memory enable');

function runNpm(core: AppCore, cwd: string, say: (text: string) => void, signal: AbortSignal): Promise<Result<void>> {
  const folder = packageFolder(core);
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=http'];
  return new Promise(resolve => {
    const child = spawn('npm', words, {
      cwd,
      // Proxies and registries of a person's npm are theirs to set.
      env: { ...childEnvironment(core.env), ...npmSettings(core.env), ...SKIP },
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
      signal,
    });
    const lines: string[] = [];
    let fetched = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(one => one.trim() !== '')) {
        lines.push(line);
        if (/http (?:fetch GET 200|cache) .*\.tgz/.test(line) && ++fetched % TOLD === 0) say(`… ${fetched} packages`);
      }
    });
    child.on('error', problem => {
      // It still writes until it has ended.
      if (signal.aborted && child.pid !== undefined) return;
      const missing = 'code' in problem && problem.code === 'ENOENT';
      const why = missing ? 'npm was not found.' : `npm could not be started: ${problem.message}`;
      resolve(fail('setup.failed', why, byHand(folder)));
    });
    child.on('close', code => {
      if (signal.aborted) return resolve(interrupted());
      if (code === 0) return resolve(ok(undefined));
      const said = lines.filter(line => /npm (?:error|ERR!)/.test(line)).slice(0, COMPLAINT);
      const why = said.map(line => line.replace(/^npm (?:error|ERR!)\s*/, '')).join(' ');
      resolve(
        fail('setup.failed', `npm could not install ${TRANSFORMERS}: ${why || `exit code ${code}`}`, byHand(folder)),
      );
    });
  });
}

const npmSettings = (env: AppCore['env']): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) =>
      /^(?:npm_config_|https?_proxy$|no_proxy$|node_extra_ca_certs$|ssl_cert_file$|userprofile$|appdata$)/i.test(name),
    ),
  );
