import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../../src/app.ts';
import { runCommandLine } from '../../../src/cli/main.ts';
import { withSettings } from '../../../src/config/write-setting.ts';
import { testShell } from '../../cli/shell.ts';
import { must } from '../../km/fixtures.ts';
import { temporaryFolder } from '../../support/repository.ts';
import { writeTinyModel } from '../../support/tiny-onnx.ts';

const root = join(import.meta.dirname, '../../..');
const NPM_WORKS = `echo "npm http fetch GET 200 https://registry.npmjs.org/a/-/a-1.0.0.tgz 5ms" >&2
mkdir -p node_modules/@huggingface && ln -s "${root}/node_modules/@huggingface/transformers" node_modules/@huggingface/transformers`;
const NPM_OFFLINE = `echo "npm error code ENOTFOUND" >&2; echo "npm error network request to https://registry.npmjs.org failed" >&2; exit 1`;

/** A command line whose program has no package of its own, and an npm that does what is said here. */
function commandLine({ npm, env = {} }: { npm?: string; env?: Record<string, string> } = {}) {
  const place = temporaryFolder();
  const shipped = join(place, 'shipped');
  const home = join(place, 'home');
  const path = join(place, 'bin');
  for (const folder of [shipped, home, path, join(place, 'project')]) mkdirSync(folder);
  for (const name of ['drizzle', 'model_registry.yaml']) symlinkSync(join(root, name), join(shipped, name));
  if (npm !== undefined) {
    writeFileSync(join(path, 'npm'), `#!/bin/sh\nenv > "${place}/npm-env"\necho "$@" > "${place}/npm-words"\n${npm}\n`);
    chmodSync(join(path, 'npm'), 0o755);
  }
  const here = { PATH: `${path}:${npm === undefined ? '' : '/usr/bin:/bin'}`, LLMCLIS_HOME: home, ...env };
  const run = async (words: readonly string[], whenStarted?: (interrupt: () => void) => void) => {
    const shell = testShell({ json: words.includes('--json') });
    whenStarted?.(shell.interrupt);
    const open = () => openApp({ env: here, cwd: join(place, 'project'), version: '1.2.3', shipped });
    const exit = await runCommandLine(words, open, shell.shell);
    return { exit, out: shell.stdout(), err: shell.stderr(), json: () => shell.json() };
  };
  const read = (...names: string[]): string => readFileSync(join(place, ...names), 'utf8');
  return { place, home, run, read };
}

/** A hub that has these files of one model. */
async function hubOf(
  folder: string,
  missing: readonly string[] = [],
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const file = (request.url ?? '').replace('/owner/tiny/resolve/main/', '');
    asked.push(`${request.method} ${file}`);
    const path = join(folder, file);
    if (missing.includes(file) || !existsSync(path)) return void response.writeHead(404).end();
    const bytes = readFileSync(path);
    response.writeHead(200, { 'content-length': bytes.length }).end(request.method === 'HEAD' ? undefined : bytes);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('memory enable', () => {
  it('installs the package beside everything else, proves the model, and then writes the settings', async () => {
    const { home, run, read } = commandLine({ npm: NPM_WORKS, env: { ANTHROPIC_API_KEY: 'key-of-a-person' } });
    writeFileSync(join(home, 'config.yaml'), '# mine\nmerge: auto # as I like it\n');
    const model = writeTinyModel(join(temporaryFolder(), 'tiny'));
    const enabled = await run(['memory', 'enable', '--model', model, '--json']);
    expect(enabled.json()).toMatchObject({ embedder: 'local', model, dimension: 16, installed: true });
    expect(enabled.exit).toBe(0);
    expect(read('home', 'config.yaml')).toBe(
      `# mine\nmerge: auto # as I like it\nembedder: local\nembedder_model: ${JSON.stringify(model)}\n`,
    );
    expect(readdirSync(home).filter(name => name.startsWith('embedder'))).toEqual(['embedder']);
    expect(JSON.parse(read('home', 'embedder', 'package.json'))).toMatchObject({
      dependencies: { '@huggingface/transformers': '4.3.1' },
      overrides: { 'onnxruntime-web': 'npm:empty-npm-package@1.0.0' },
    });
    expect(read('npm-words')).toContain('--ignore-scripts');
    expect(read('npm-env')).toContain('ONNXRUNTIME_NODE_INSTALL=skip');
    expect(read('npm-env')).not.toContain('key-of-a-person');
    const status = (await run(['memory', 'status', '--json'])).json();
    expect(status).toMatchObject({
      embedder: { kind: 'local', model },
      package: join(home, 'embedder'),
      problem: null,
    });
    // A second time there is nothing to install.
    expect((await run(['memory', 'enable', '--model', model, '--json'])).json()).toMatchObject({ installed: false });
  });

  it('says what to do where npm is missing or reaches nothing, and leaves nothing behind', async () => {
    const model = writeTinyModel(join(temporaryFolder(), 'tiny'));
    for (const [npm, why] of [
      [undefined, 'npm was not found'],
      [NPM_OFFLINE, 'registry.npmjs.org failed'],
      ['exit 0', 'is not there'],
    ] as const) {
      const { home, run } = commandLine(npm === undefined ? {} : { npm });
      const refused = await run(['memory', 'enable', '--model', model]);
      expect(refused.exit).toBe(4);
      expect(refused.err).toContain(why);
      expect(refused.err).toContain('ONNXRUNTIME_NODE_INSTALL=skip npm install --ignore-scripts --prefix');
      expect(readdirSync(home).filter(name => /embedder|config/.test(name))).toEqual([]);
    }
  });

  it('takes back the installation when it is interrupted', async () => {
    const { home, place, run } = commandLine({ npm: 'exec sleep 600' });
    const model = writeTinyModel(join(temporaryFolder(), 'tiny'));
    const interrupted = await run(['memory', 'enable', '--model', model], interrupt => {
      const watch = setInterval(() => {
        if (!existsSync(join(place, 'npm-words'))) return;
        clearInterval(watch);
        interrupt();
      }, 10);
    });
    expect(interrupted).toMatchObject({ exit: 130, err: expect.stringContaining('nothing of it is left') });
    expect(readdirSync(home).filter(name => /embedder|config/.test(name))).toEqual([]);
  });

  it('waits for npm to end before it takes back what that wrote, and takes away what a killed one left', async () => {
    const npm = `trap 'sleep 0.3; mkdir -p node_modules/late; echo x > node_modules/late/file; exit 1' TERM
while :; do sleep 0.05; done`;
    const { home, place, run } = commandLine({ npm });
    mkdirSync(join(home, 'embedder.99999999', 'node_modules'), { recursive: true });
    mkdirSync(join(home, `embedder.${process.ppid}`));
    const model = writeTinyModel(join(temporaryFolder(), 'tiny'));
    const interrupted = await run(['memory', 'enable', '--model', model], interrupt => {
      const watch = setInterval(() => {
        if (!existsSync(join(place, 'npm-words'))) return;
        clearInterval(watch);
        interrupt();
      }, 10);
    });
    expect(interrupted).toMatchObject({ exit: 130, err: expect.stringContaining('nothing of it is left') });
    expect(readdirSync(home).filter(name => /embedder|config/.test(name))).toEqual([`embedder.${process.ppid}`]);
  });

  it('takes back the installation when the model proves to be none', async () => {
    const { home, run } = commandLine({ npm: NPM_WORKS });
    const model = writeTinyModel(join(temporaryFolder(), 'tiny'));
    writeFileSync(join(model, 'onnx/model.onnx'), 'no weights at all');
    const refused = await run(['memory', 'enable', '--model', model]);
    expect(refused.exit).toBe(4);
    expect(refused.err).toContain(`The model in ${model} failed`);
    expect(readdirSync(home).filter(name => /embedder|config/.test(name))).toEqual([]);
  });

  it('installs nothing for a folder that holds no model, and nothing when offline', async () => {
    const { home, run } = commandLine({ npm: NPM_WORKS });
    expect((await run(['memory', 'enable', '--model', '/nowhere'])).err).toContain('There is no folder /nowhere');
    writeFileSync(join(home, 'config.yaml'), 'mode: offline\n');
    const model = writeTinyModel(join(temporaryFolder(), 'tiny'));
    expect((await run(['memory', 'enable', '--model', model])).err).toContain('The mode is offline');
    expect((await run(['memory', 'enable', '--download', '--yes'])).err).toContain('nothing is downloaded');
    expect(existsSync(join(home, 'embedder'))).toBe(false);
  });

  it('needs to know what makes the vectors, and one thing only', async () => {
    const { run } = commandLine();
    expect(await run(['memory', 'enable'])).toMatchObject({ exit: 2, err: expect.stringContaining('--ollama') });
    expect(await run(['memory', 'enable', '--ollama', 'a', '--model', 'b'])).toMatchObject({ exit: 2 });
  });

  it('downloads a model after its name and size were agreed to, and not before', async () => {
    const source = writeTinyModel(join(temporaryFolder(), 'tiny'), { weights: 'model_quantized.onnx' });
    const hub = await hubOf(source);
    const { home, run } = commandLine({ npm: NPM_WORKS, env: { HF_ENDPOINT: hub.url } });
    const words = ['memory', 'enable', '--download', '--model', 'owner/tiny'];
    expect((await run(words)).err).toContain('Add --yes');
    expect(hub.asked).toEqual([]);
    expect((await run([...words, '--yes'])).exit).toBe(0);
    expect(hub.asked[0]).toBe('HEAD onnx/model_quantized.onnx');
    const folder = join(home, 'models/owner/tiny');
    expect(readFileSync(join(folder, 'onnx/model_quantized.onnx'))).toEqual(
      readFileSync(join(source, 'onnx/model_quantized.onnx')),
    );
    expect(existsSync(join(folder, 'sentence_bert_config.json'))).toBe(true);
    expect(readFileSync(join(home, 'config.yaml'), 'utf8')).toContain(`embedder_model: ${JSON.stringify(folder)}`);
  });

  it('leaves no half of a model when a file is missing', async () => {
    const source = writeTinyModel(join(temporaryFolder(), 'tiny'), { weights: 'model_quantized.onnx' });
    const hub = await hubOf(source, ['tokenizer.json']);
    const { home, run } = commandLine({ env: { HF_ENDPOINT: hub.url } });
    const refused = await run(['memory', 'enable', '--download', '--model', 'owner/tiny', '--yes']);
    expect(refused.err).toContain('tokenizer.json');
    expect(existsSync(join(home, 'models/owner')) && readdirSync(join(home, 'models/owner'))).toEqual([]);
    const wrong = await run(['memory', 'enable', '--download', '--model', '../../etc', '--yes']);
    expect(wrong).toMatchObject({ exit: 2, err: expect.stringContaining('no name of a model') });
  });
});

describe('memory disable', () => {
  it('switches vectors off in the settings', async () => {
    const { home, run } = commandLine();
    writeFileSync(join(home, 'config.yaml'), 'embedder: ollama # for now\nembedder_model: x\nmerge: auto\n');
    expect((await run(['memory', 'disable'])).exit).toBe(0);
    expect(readFileSync(join(home, 'config.yaml'), 'utf8')).toBe(
      'embedder: off # for now\nembedder_model: x\nmerge: auto\n',
    );
    expect((await run(['memory', 'status'])).out).toContain('Recall uses words alone.');
  });
});

describe('writing a setting', () => {
  const written = (text: string, values: Record<string, string | null>) =>
    withSettings({ path: 'config.yaml', text }, values);

  it('changes the bytes of that setting and no other', () => {
    expect(must(written('', { embedder: 'local' }))).toBe('embedder: local\n');
    expect(must(written('merge: auto', { embedder: 'off' }))).toBe('merge: auto\nembedder: off\n');
    expect(must(written('\uFEFFa: 1\r\nembedder:   "x"  # why\r\nb: 2\r\n', { embedder: 'ollama' }))).toBe(
      '\uFEFFa: 1\r\nembedder: ollama  # why\r\nb: 2\r\n',
    );
    expect(must(written('embedder:\nmerge: auto\n', { embedder: 'off' }))).toBe('embedder: off\nmerge: auto\n');
    expect(must(written('a: 1\nembedder_model: x\nb: 2\n', { embedder_model: null }))).toBe('a: 1\nb: 2\n');
  });

  it('refuses a file that is no list of settings', () => {
    expect(written('- a\n- b\n', { embedder: 'off' }).ok).toBe(false);
    expect(written('a: [', { embedder: 'off' }).ok).toBe(false);
  });
});
