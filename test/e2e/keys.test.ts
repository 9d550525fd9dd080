import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/app.ts';
import { fail, ok } from '../../src/core/failure.ts';
import { printScript } from '../../src/models/replay-script.ts';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';
import { dump } from '../support/state.ts';

const KEY = 'typed-by-a-person-4711';
const server = await scriptedAnthropic({
  key: KEY,
  reply: ({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? { calls: [{ name: 'finish', input: { summary: 'Done.' } }] }
      : { calls: [{ name: 'write_file', input: { path: 'T1.txt', content: 'x\n' } }] },
});
afterAll(() => server.close());

const TASK = { key: 'T1', title: 'Make T1', description: 'Write T1.txt.', checks: ['test -f T1.txt'] };

/** A project whose registry has a scripted local model and a cloud model with a key. */
async function sceneWith(key: string, ladder: string) {
  const scene = await makeScene({ 'x.js': 'export {};\n' }, []);
  scene.addTask(TASK);
  const folder = temporaryFolder();
  writeFiles(folder, {
    'replay.yaml': printScript([reply('T1', 1, 1, write('T1.txt', 'x\n'), finish())]),
    'model_registry.yaml': `version: 1
providers:
  here: {kind: replay, script: replay.yaml, location: local}
  there: {kind: anthropic, base_url: "${server.url}", ${key}, location: cloud}
models:
  small: {provider: here, id: small, context: {window: 32768, max_output: 4096}}
  big: {provider: there, id: claude-test-1, context: {window: 200000, max_output: 8192}, price_per_mtok: {input: 1, output: 1}}
roles:
  coder: {ladder: [${ladder}], needs: [tools]}
`,
  });
  const registry = join(folder, 'model_registry.yaml');
  const project = scene.app.project();
  if (!project.ok) throw new Error(project.error.message);
  const run = (person?: Person, mode: 'local-first' | 'offline' = 'local-first') =>
    scene.app.orchestrate(
      project.value,
      { registry, no_sandbox: true, mode },
      () => undefined,
      new AbortController().signal,
      person,
    );
  return { scene, folder, registry, run };
}
const nobody: Person = { secret: () => Promise.reject(new Error('A person was asked.')) };
const typing = (text: string) => {
  const questions: string[] = [];
  const secret = async (question: string) => {
    questions.push(question);
    return ok(text);
  };
  return { questions, secret };
};

describe('a key that a run needs', () => {
  it('is asked for once where a person is there, is used for this run, and is kept nowhere', async () => {
    const { scene, run } = await sceneWith('api_key_env: KEY_OF_NOBODY', 'big');
    const person = typing(KEY);
    expect(await run(person)).toMatchObject({ ok: true, value: { exit: 0, tasks: { done: 1 } } });
    expect(person.questions).toEqual([expect.stringContaining('there needs a key, and env:KEY_OF_NOBODY has none.')]);
    expect(JSON.stringify(dump(scene))).not.toContain(KEY);
  });

  it('is missing where nobody can be asked: which one, and the command that sets it; nothing is begun', async () => {
    const { scene, registry, run } = await sceneWith('api_key: "keychain:llmclis-test/none"', 'big');
    const before = dump(scene);
    expect(await run(typing(''))).toMatchObject({ ok: false, error: { code: 'secret.missing' } });
    const words = ['orchestrate', '--registry', registry, '--no-sandbox', '--json'];
    const ended = runCli(words, { cwd: scene.root, home: scene.home });
    expect(ended).toMatchObject({ exit: 4, json: [{ error: { code: 'secret.missing' } }] });
    expect(ended.out).toContain('keychain:llmclis-test/none');
    expect(dump(scene)).toEqual(before);
  });

  it('names the variable and how it is set', async () => {
    const { run } = await sceneWith('api_key_env: KEY_OF_NOBODY', 'big');
    expect(await run()).toMatchObject({
      error: {
        code: 'secret.missing',
        message: expect.stringContaining('env:KEY_OF_NOBODY'),
        hint: expect.stringContaining('export KEY_OF_NOBODY=…'),
      },
    });
  });

  it('Ctrl-C at the question ends the run before it begins', async () => {
    const { run } = await sceneWith('api_key_env: KEY_OF_NOBODY', 'big');
    const leaving: Person = { secret: async () => fail('interrupted', 'Nothing was entered.', 'Start it again.') };
    expect(await run(leaving)).toMatchObject({ ok: false, error: { code: 'interrupted' } });
  });

  it.each([
    ['local-first', 'small, big'],
    ['offline', 'small, big'],
  ] as const)('is neither asked for nor looked up while no cloud model is used: %s', async (mode, ladder) => {
    // Looking into this one would be refused: it is a folder.
    const { run } = await sceneWith('api_key: "file:/usr"', ladder);
    expect(await run(nobody, mode)).toMatchObject({ ok: true, value: { exit: 0, calls: { cloud: 0 } } });
  });

  it('is read from a file; one that others may read is said once', async () => {
    const { folder, run } = await sceneWith('api_key: "file:/placeholder"', 'big');
    writeFiles(folder, { key: `${KEY}\n` });
    chmodSync(join(folder, 'key'), 0o640);
    const registry = join(folder, 'model_registry.yaml');
    writeFiles(folder, {
      'model_registry.yaml': readFileSync(registry, 'utf8').replace('/placeholder', join(folder, 'key')),
    });
    const told: string[] = [];
    const ended = await run({ ...nobody, tell: text => void told.push(text) });
    expect(ended).toMatchObject({ ok: true, value: { exit: 0, calls: { cloud: 2 } } });
    expect(told).toEqual([expect.stringContaining(`chmod 600 ${folder}/key`)]);
  });
});
