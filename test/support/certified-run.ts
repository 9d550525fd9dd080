import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { VerifyOutcome } from '../../src/app/verify-types.ts';
import { type App, openApp } from '../../src/app.ts';
import { printScript, type ReplayEntry } from '../../src/models/replay-script.ts';
import { must } from './km-world.ts';
import { git, makeRepository, writeFiles } from './repository.ts';
import { SHIPPED } from './run.ts';

const REGISTRY = `version: 1
providers:
  here: {kind: replay, script: replay.yaml, location: local}
models:
  small: {provider: here, id: small, context: {window: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
roles:
  coder: {ladder: [small], needs: [tools]}
  tester: {ladder: [small], needs: [tools]}
`;

const KEYS = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10'];
/** Has no check of its own: the tester writes one first. */
const TESTED = 'C10';
/** Is wrong once. */
const TWICE = 'C4';

const fileOf = (key: string): string => `src/${key.toLowerCase()}.js`;
const testOf = (key: string): string => `test/${key.toLowerCase()}.test.js`;
const code = (sign: string): string =>
  `export function scale(a, b) {\n  if (a > 10) return a;\n  return a ${sign} b;\n}\n`;
const test = (key: string): string => `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scale } from '../${fileOf(key)}';

test('${key} keeps what is big', () => {
  assert.equal(scale(11, 3), 11);
  assert.equal(scale(12, 3), 12);
});
test('${key} scales', () => {
  assert.equal(scale(2, 3), 6);
  assert.equal(scale(10, 3), 30);
  assert.equal(scale(0, 3), 0);
});
`;

const reply = (task: string, turn: number, ...steps: readonly (readonly [string, Record<string, unknown>])[]) =>
  steps.map(
    ([name, input], place): ReplayEntry => ({
      task,
      try: turn,
      call: place + 1,
      calls: [{ name, input }],
      tokens: { in: 100, out: 10, cached: 0 },
    }),
  );
const solved = (key: string, turn: number, sign = '*') =>
  reply(
    key,
    turn,
    ['write_file', { path: fileOf(key), content: code(sign) }],
    ['finish', { summary: `Made ${key} right.` }],
  );
const written = (key: string) =>
  reply(key, 1, ['write_file', { path: testOf(key), content: test(key) }], ['finish', { summary: 'Wrote a test.' }]);

function repliesFor(key: string): readonly ReplayEntry[] {
  if (key === TESTED) return [...written(key), ...solved(key, 2)];
  return key === TWICE ? [...solved(key, 1, '-'), ...solved(key, 2)] : solved(key, 1);
}

const files = (): Readonly<Record<string, string>> => ({
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'llmclis.yaml': 'merge: auto\nverify: node --test\n',
  ...Object.fromEntries(KEYS.map(key => [fileOf(key), code('+')])),
  ...Object.fromEntries(KEYS.filter(key => key !== TESTED).map(key => [testOf(key), test(key)])),
});

/** Works on ten tasks and gives the repository, its first commit and the ten that were merged, oldest first. */
export async function certifiedRun(folder: string) {
  const root = makeRepository(files(), join(folder, 'project'));
  const start = git(root, 'rev-parse', 'HEAD');
  writeFiles(folder, { 'model_registry.yaml': REGISTRY, 'replay.yaml': printScript(KEYS.flatMap(repliesFor)) });
  const env = { ...process.env, LLMCLIS_HOME: join(folder, 'home') };
  const app = openApp({ env, cwd: root, version: '0.0.0', shipped: SHIPPED });
  const km = must(app.km());
  const project = must(km.addProject({ name: 'ten', root }));
  for (const key of KEYS) {
    const description = `scale(a, b) in ${fileOf(key)} multiplies, unless a is above 10: then it gives a.`;
    const checks = key === TESTED ? [] : [`node --test ${testOf(key)}`];
    const depends_on = key === TESTED ? KEYS.filter(other => other !== TESTED) : [];
    must(
      km.addTask({ project_id: project.id, key, title: `Scale in ${key}`, description, checks, depends_on }, 'person'),
    );
  }
  const wanted = { registry: join(folder, 'model_registry.yaml'), max_steps: 40 };
  const summary = must(await app.orchestrate(project, wanted, () => undefined, new AbortController().signal));
  app.close();
  return { root, start, summary, commits: git(root, 'rev-list', '--reverse', `${start}..HEAD`).split('\n') };
}

/** A clone of it with its notes, as a CI job has it, in a home without a database. */
export function cloneOf(root: string, folder: string) {
  const clone = join(folder, 'clone');
  git(root, 'clone', '--quiet', root, clone);
  git(clone, 'fetch', '--quiet', 'origin', 'refs/notes/llmclis:refs/notes/llmclis');
  const env = { ...process.env, LLMCLIS_HOME: join(folder, 'no-home') };
  return { clone, app: openApp({ env, cwd: clone, version: '0.0.0', shipped: SHIPPED }) };
}

/** What `llmclis verify` says of one commit; null when there is nothing that could be verified. */
export async function verdictOn(
  app: Pick<App, 'verify'>,
  commit: string,
): Promise<{ readonly outcome: VerifyOutcome | null; readonly wrong: readonly string[] }> {
  const report = await app.verify({ what: commit }, () => undefined, new AbortController().signal);
  if (!report.ok) return { outcome: null, wrong: [report.error.message] };
  const [found] = report.value.commits;
  const wrong = found?.claims.filter(({ ok }) => !ok).map(({ claim, detail }) => `${claim}: ${detail}`) ?? [];
  return { outcome: found?.outcome ?? null, wrong: [...wrong, found?.because ?? ''] };
}

/** The commit with one byte of its object changed, under the note of the other; null when git does not write such an object. */
export function changedCommit(clone: string, commit: string, place: number, change: number): string | null {
  const bytes = execFileSync('git', ['cat-file', 'commit', commit], { cwd: clone });
  const at = place % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (change === 0 ? 1 : change);
  const write = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'];
  const id = execFileSync('git', write, { cwd: clone, input: bytes, encoding: 'utf8' }).trim();
  const note = git(clone, 'notes', '--ref=llmclis', 'list', commit);
  try {
    git(clone, 'notes', '--ref=llmclis', 'add', '-f', '-C', note, id);
  } catch {
    return null;
  }
  return id;
}
