import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp, type VerifyReport } from '../../src/app.ts';
import { verify } from '../../src/cli/commands/verify.ts';
import type { Certificate } from '../../src/core/proof.ts';
import { certificateText, certify } from '../../src/proof/certificate.ts';
import { testShell } from '../cli/shell.ts';
import { git, makeRepository, read, temporaryFolder, writeFiles } from '../support/repository.ts';
import { SHIPPED } from '../support/run.ts';

const CHECK = 'grep -q "a + b" sum.js';
const SEES = { passed: null, failed: null, skipped: null };
const NAMES = { fail_to_pass: [], pass_to_pass: [], flaky: false } as const;
const RED_GREEN: Certificate['checks'][number] = {
  command: CHECK,
  of: 'task',
  base: { exit: 1, ...SEES },
  work: { exit: 0, ...SEES },
  proves: true,
  ...NAMES,
};

/** A repository whose last commit makes `sum.js` right, with its certificate as a note. */
function certified(change: Partial<Certificate> = {}, files: Readonly<Record<string, string>> = {}) {
  const root = makeRepository({
    'sum.js': 'module.exports = (a, b) => a - b;\n',
    '.gitignore': 'node_modules\n',
    ...files,
  });
  const base = git(root, 'rev-parse', 'HEAD');
  writeFiles(root, { 'sum.js': 'module.exports = (a, b) => a + b;\n' });
  git(root, 'commit', '-qam', 'T1: Add\n\nTask: T1\nRun: run1');
  const commit = git(root, 'rev-parse', 'HEAD');
  const facts = factsOf(root, base, commit, change);
  note(root, commit, certificateText(certify(facts)));
  return { root, base, commit, facts };
}

function factsOf(root: string, base: string, commit: string, change: Partial<Certificate>) {
  return {
    task: { key: 'T1', title: 'Add' },
    run_id: 'run1',
    made_at: '2026-11-21T09:00:00Z',
    proof: 'red-green' as const,
    commit,
    base,
    base_tree: git(root, 'rev-parse', `${base}^{tree}`),
    work_tree: git(root, 'rev-parse', `${commit}^{tree}`),
    tests: [],
    setup: [],
    checks: [RED_GREEN],
    stayed_green: [],
    mutants: null,
    tools: {},
    ...change,
  };
}

function note(root: string, commit: string, text: string): void {
  writeFiles(root, { '.git/note': text });
  git(root, 'notes', '--ref=llmclis', 'add', '-f', '-C', git(root, 'hash-object', '-w', '.git/note'), commit);
}
const noteOf = (root: string, commit: string): string => `${git(root, 'notes', '--ref=llmclis', 'show', commit)}\n`;

/** The command line in this process, in a home without a database. */
async function run(root: string, ...words: readonly string[]) {
  const home = join(temporaryFolder(), 'home');
  const env = { PATH: process.env.PATH, HOME: join(home, 'person'), LLMCLIS_HOME: home };
  const app = openApp({ env, cwd: root, version: '1.2.3', shipped: SHIPPED });
  onTestFinished(() => app.close());
  const json = testShell({ json: true });
  const ready = verify.prepare([...words, '--no-sandbox', '--json']);
  if (!ready.ok) throw new Error(ready.error.message);
  const ended = await ready.value(app, json.shell);
  if (!ended.ok) return { exit: null, error: ended.error.code, report: null, wrong: [], home };
  const report = json.json() as VerifyReport;
  const wrong = report.commits.flatMap(({ claims }) => claims.filter(({ ok }) => !ok).map(({ claim }) => claim));
  return { exit: ended.value, error: report.error?.code ?? null, report, wrong, home };
}

describe('a certificate', () => {
  it('is replayed in a clean clone, from any clone, and leaves everything as it was', async () => {
    const { root, commit } = certified();
    const before = git(root, 'for-each-ref') + git(root, 'status', '--short');
    const found = await run(root, 'HEAD');
    expect(found).toMatchObject({ exit: 0, error: null, wrong: [] });
    expect(found.report?.commits).toMatchObject([{ commit, outcome: 'yes' }]);
    expect(found.report?.commits[0]?.claims.map(({ claim }) => claim)).toEqual(
      expect.arrayContaining(['the commit', 'the tree of the work', `on the base: ${CHECK}`, `on the work: ${CHECK}`]),
    );
    expect(git(root, 'for-each-ref') + git(root, 'status', '--short')).toBe(before);
    expect(existsSync(join(found.home, 'llmclis.db'))).toBe(false);
    const clone = join(temporaryFolder(), 'clone');
    git(root, 'clone', '-q', root, clone);
    expect(await run(clone, 'HEAD')).toMatchObject({ exit: 4, error: 'proof.missing' });
    git(clone, 'fetch', '-q', 'origin', 'refs/notes/llmclis:refs/notes/llmclis');
    expect(await run(clone, 't1', '--repeat', '2')).toMatchObject({ exit: 0 });
  });

  it('says it for people too', async () => {
    const { root } = certified();
    const app = openApp({
      env: { PATH: process.env.PATH, LLMCLIS_HOME: temporaryFolder() },
      cwd: root,
      version: '1',
      shipped: SHIPPED,
    });
    const people = testShell();
    const ready = verify.prepare(['HEAD', '--no-sandbox']);
    if (!ready.ok) throw new Error(ready.error.message);
    expect(await ready.value(app, people.shell)).toEqual({ ok: true, value: 0 });
    expect(people.stdout()).toContain('yes: 1 commit verified.');
    expect(people.stdout()).toContain('T1: Add');
  });

  it('compares the named tests', async () => {
    const test = (name: string, sum: number): string =>
      `test('${name}', () => assert.equal(require('./sum.js')(2, 0), ${sum}));\n`;
    const file = `const test = require('node:test');\nconst assert = require('node:assert');\n${test('keeps', 2)}`;
    const checks = (fail_to_pass: readonly string[]): Certificate['checks'] => [
      {
        command: 'node --test',
        of: 'verify',
        base: { exit: 1, passed: 1, failed: 1, skipped: 0 },
        work: { exit: 0, passed: 2, failed: 0, skipped: 0 },
        fail_to_pass,
        pass_to_pass: ['keeps'],
        proves: true,
        flaky: false,
      },
    ];
    const files = { 'sum.test.js': `${file}test('adds', () => assert.equal(require('./sum.js')(1, 2), 3));\n` };
    expect(await run(certified({ checks: checks(['adds']) }, files).root, 'HEAD')).toMatchObject({
      exit: 0,
      wrong: [],
    });
    expect(await run(certified({ checks: checks(['multiplies']) }, files).root, 'HEAD')).toMatchObject({
      exit: 3,
      wrong: ['on the work: node --test'],
    });
  });
});

describe('a certificate does not hold', () => {
  it('for an amended commit with the note copied to it', async () => {
    const { root, commit } = certified();
    const text = noteOf(root, commit);
    git(root, 'commit', '-q', '--amend', '-m', 'T1: Add it\n\nTask: T1\nRun: run1');
    note(root, git(root, 'rev-parse', 'HEAD'), text);
    expect(await run(root, 'HEAD')).toMatchObject({ exit: 3, error: 'proof.refuted', wrong: ['the commit'] });
  });

  it('for a changed file with the old note', async () => {
    const { root, commit } = certified();
    const text = noteOf(root, commit);
    writeFiles(root, { 'sum.js': 'module.exports = (a, b) => a + b ;\n' });
    git(root, 'commit', '-qa', '--amend', '--no-edit');
    note(root, git(root, 'rev-parse', 'HEAD'), text);
    expect(await run(root, 'HEAD')).toMatchObject({ exit: 3, wrong: ['the commit'] });
  });

  it('with one byte of the note changed', async () => {
    const { root, commit } = certified();
    const text = noteOf(root, commit);
    for (const changed of [
      text.replace('run1', 'run2'),
      text.replace('{\n ', '{\n\t'),
      text.slice(0, -2),
      `${text} `,
    ]) {
      note(root, commit, changed);
      expect(await run(root, 'HEAD')).toMatchObject({ exit: 3, error: 'proof.refuted' });
    }
  });

  it('on another commit, also with the ids edited and a digest that fits', async () => {
    const { root, commit, facts } = certified();
    writeFiles(root, { 'other.js': '1\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'Other');
    const other = git(root, 'rev-parse', 'HEAD');
    note(root, other, noteOf(root, commit));
    expect(await run(root, 'HEAD')).toMatchObject({ exit: 3, wrong: ['the commit'] });
    note(root, other, certificateText(certify({ ...facts, commit: other })));
    const moved = await run(root, 'HEAD');
    expect(moved).toMatchObject({ exit: 3, wrong: ['the base is its only parent', 'the tree of the work'] });
    note(root, commit, certificateText(certify({ ...facts, commit: other })));
    expect((await run(root, commit)).exit).toBe(3);
  });

  it('with ids that name nothing', async () => {
    const { root, commit, facts } = certified();
    const none = 'f'.repeat(40);
    for (const wrong of [{ base: none }, { base_tree: none }, { work_tree: none }, { commit: none }]) {
      note(root, commit, certificateText(certify({ ...facts, ...wrong })));
      expect(await run(root, 'HEAD'), JSON.stringify(wrong)).toMatchObject({ exit: 3, error: 'proof.refuted' });
    }
  });

  it('when the checks go another way, whatever the digest says', async () => {
    const wrong = (check: Partial<Certificate['checks'][number]>) => ({ checks: [{ ...RED_GREEN, ...check }] });
    const never = certified(wrong({ command: 'grep -q "a * b" sum.js' }));
    expect(await run(never.root, 'HEAD')).toMatchObject({ exit: 3, wrong: ['on the work: grep -q "a * b" sum.js'] });
    const [passes, unknown] = ['test -f sum.js', '@there-is-no-such-kind'];
    const always = certified({
      checks: [RED_GREEN, { ...RED_GREEN, command: passes }, { ...RED_GREEN, command: unknown }],
    });
    expect(await run(always.root, 'HEAD')).toMatchObject({
      exit: 3,
      wrong: [`on the base: ${passes}`, `on the base: ${unknown}`, `on the work: ${unknown}`],
    });
  });

  it('when it proves nothing by its own words', async () => {
    expect(await run(certified({ checks: [] }).root, 'HEAD')).toMatchObject({ exit: 3, wrong: ['a check proves it'] });
  });
});

describe('a replay', () => {
  it('runs no hook and no program of the configuration of the original', async () => {
    const { root } = certified();
    const trap = join(temporaryFolder(), 'ran');
    mkdirSync(join(root, '.git/hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'reference-transaction', 'pre-push', 'post-index-change']) {
      writeFiles(root, { [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch ${trap}\n` });
      chmodSync(join(root, '.git/hooks', hook), 0o755);
    }
    git(root, 'config', 'core.fsmonitor', `touch ${trap}`);
    git(root, 'config', 'filter.evil.smudge', `touch ${trap}; cat`);
    git(root, 'config', 'uploadpack.packObjectsHook', `touch ${trap}; cat`);
    expect(await run(root, 'HEAD')).toMatchObject({ exit: 0 });
    expect(existsSync(trap)).toBe(false);
  });

  it('lays the tester’s tests over the base, runs setup, and links dependencies', async () => {
    const command = 'node check.test.js && test -f made';
    const { root, base, commit } = certified();
    writeFiles(root, { 'check.test.js': 'if (require("./sum.js")(1, require("one")) !== 2) process.exit(1);\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '--amend', '--no-edit');
    const amended = git(root, 'rev-parse', 'HEAD');
    expect(amended).not.toBe(commit);
    const checks = [{ ...RED_GREEN, command }];
    const facts = factsOf(root, base, amended, { checks, tests: ['check.test.js'], setup: ['touch made'] });
    note(root, amended, certificateText(certify(facts)));
    writeFiles(root, { 'node_modules/one/index.js': 'module.exports = 1;\n' });
    expect(await run(root, 'HEAD')).toMatchObject({ exit: 0, wrong: [] });
    note(root, amended, certificateText(certify({ ...facts, setup: ['false'] })));
    expect((await run(root, 'HEAD')).exit).toBe(3);
    expect(read(root, 'sum.js')).toContain('a + b');
    expect(existsSync(join(root, 'made'))).toBe(false);
  });

  it('finds its commits by id, without a branch that leads to them', async () => {
    const { root, commit, base } = certified();
    git(root, 'checkout', '-q', '--detach', base);
    git(root, 'branch', '-qf', 'main', base);
    symlinkSync('nowhere', join(root, 'link'));
    expect(await run(root, commit)).toMatchObject({ exit: 0 });
  });
});

describe('a range', () => {
  it('demands a certificate of every commit but plain merges', async () => {
    const { root, base } = certified();
    expect(await run(root, `${base}..HEAD`)).toMatchObject({ exit: 0 });
    expect(await run(root, 'HEAD..HEAD')).toMatchObject({ exit: 0, report: { verified: true, commits: [] } });
    git(root, 'checkout', '-q', '-b', 'side', base);
    writeFiles(root, { 'plans.md': '# Plan\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'Plan');
    git(root, 'checkout', '-q', 'main');
    git(root, 'merge', '-q', '--no-ff', '-m', 'Merge', 'side');
    const missing = await run(root, `${base}..HEAD`);
    expect(missing).toMatchObject({ exit: 4, error: 'proof.missing' });
    expect(missing.report?.commits.map(({ outcome }) => outcome).sort()).toEqual(['excepted', 'missing', 'yes']);
    expect(await run(root, `${base}..HEAD`, '--except', 'plans.md')).toMatchObject({ exit: 0 });
    writeFiles(root, { 'sum.js': 'evil\n' });
    git(root, 'commit', '-qa', '--amend', '-m', 'Merge with a change');
    const evil = await run(root, `${base}..HEAD`, '--except', 'plans.md');
    expect(evil).toMatchObject({ exit: 4 });
  });

  it('says what is not there', async () => {
    const { root } = certified();
    expect(await run(root, 'nothing')).toMatchObject({ exit: null, error: 'input.not_found' });
    expect(await run(root, 'nothing..HEAD')).toMatchObject({ exit: null, error: 'input.not_found' });
    expect(await run(root, '/tmp/x..HEAD')).toMatchObject({ error: 'input.not_found' });
    expect(await run(temporaryFolder(), 'HEAD')).toMatchObject({ exit: null, error: 'project.no_git' });
    expect(await run(root, 'HEAD', '--notes', 'other')).toMatchObject({ exit: 4, error: 'proof.missing' });
    git(root, 'update-ref', 'refs/notes/other', 'refs/notes/llmclis');
    expect(await run(root, 'HEAD', '--notes', 'other')).toMatchObject({ exit: 0 });
  });
});

it('a person’s word is good enough only where that is said', async () => {
  const { root } = certified({ proof: 'accepted-by-person', checks: [] });
  expect(await run(root, 'HEAD')).toMatchObject({ exit: 4, error: 'proof.missing', wrong: [] });
  expect(await run(root, 'HEAD', '--accept-person')).toMatchObject({ exit: 0 });
});
