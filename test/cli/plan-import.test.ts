import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planImport } from '../../src/cli/commands/plan-import.ts';
import { ok } from '../../src/core/failure.ts';
import { DIALECTS, OWN_PLAN } from '../../src/km/dialects/table.ts';
import { knownPlans, sharedPath } from '../dialects/fixtures.ts';
import { typist } from '../support/typed.ts';
import { testApp, type } from './app.ts';

type Task = Readonly<Record<'key' | 'title' | 'status' | 'parent', string>> & {
  readonly depends_on: readonly string[];
};

let folder: string;
let root: string;
let llmclis: ReturnType<typeof typist>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmclis-import-'));
  root = join(folder, 'project');
  mkdirSync(root);
  llmclis = typist({ cwd: root, home: join(folder, 'home') });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string, content: string | Buffer): string => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
};
const start = async (
  plans: string | null = '# demo – Plans\n\n## Tasks\n\n## Done / Completed Work Log\n',
): Promise<void> => {
  if (plans !== null) put('plans.md', plans);
  expect(await llmclis('project', 'add', '.')).toMatchObject({ exit: 0 });
};
const view = async (typed = llmclis): Promise<readonly string[]> => {
  const { json } = await typed('task', 'list', '--stages', '--limit', '10000');
  return (json.tasks as Task[])
    .map(task => [task.key, task.status, task.parent ?? '', task.depends_on.toSorted().join(' ')].join(' | '))
    .toSorted();
};
const plans = (): string => readFileSync(join(root, 'plans.md'), 'utf8');
const TASKMASTER = JSON.stringify({
  tasks: [
    { id: 1, title: 'One', status: 'done' },
    { id: 2, title: 'Two', dependencies: [1], subtasks: [{ id: 1, title: 'Sub' }] },
  ],
});

describe('plan import', () => {
  it('keeps two lists of one template apart, and knows a list that was moved, and says so', async () => {
    await start();
    const list = (box: string, work: string) =>
      `- [${box}] Write tests\n- [${box}] ${work}\n- [${box}] Update the docs\n`;
    put('auth/list.md', list('x', 'Log in'));
    put('billing/list.md', list(' ', 'Send the bill'));
    await llmclis('plan', 'import', 'auth/list.md');
    const done = await view();
    expect((await llmclis('plan', 'import', 'billing/list.md')).json).toMatchObject({ updated: 0, unchanged: 0 });
    const both = await view();
    expect(both).toHaveLength(6);
    expect(both).toEqual(expect.arrayContaining([...done]));
    put('old/list.md', list('x', 'Log in').replace('docs\n', 'docs\n- [ ] Ship\n'));
    rmSync(join(root, 'auth'), { recursive: true });
    const moved = await llmclis('plan', 'import', 'old/list.md');
    expect(moved.json).toMatchObject({ updated: 0, unchanged: 3, same_as: 'auth/list.md' });
    expect(await view()).toHaveLength(7);
  });

  it('answers in one shape for every dialect, and writes what is new into the project’s plan', async () => {
    await start();
    put('tasks.json', TASKMASTER);
    expect(await llmclis('plan', 'import', 'tasks.json')).toEqual({
      exit: 0,
      err: '',
      lines: [expect.anything()],
      json: {
        imported: { stages: 0, tasks: 3, done: 1, open: 2, in_progress: 0, blocked: 0, cancelled: 0 },
        updated: 0,
        unchanged: 0,
        unrecognised: [],
        dialect: 'taskmaster',
        gone: [],
        conflicts: [],
      },
    });
    expect(plans()).toContain('- [ ] **T2 – Two**');
    expect(await view()).toEqual(['T1 | done |  | ', 'T2 | pending |  | T1', 'T2.1 | pending | T2 | ']);
    const text = plans();
    expect((await llmclis('plan', 'import', 'tasks.json')).json).toMatchObject({ updated: 0, unchanged: 3 });
    expect((await llmclis('plan', 'sync')).json).toMatchObject({ changed_files: [], to_database: 0, to_file: 0 });
    expect(plans()).toBe(text);
    put('own.md', '## Stage 1 – First\n\n- [x] **S1.1 – Own**\n  - **Created:** `2026-01-01T00:00:00Z`\n');
    expect((await llmclis('plan', 'import', 'own.md')).json).toMatchObject({
      dialect: 'plan',
      imported: { stages: 1, tasks: 1, done: 1 },
      gone: [],
      conflicts: [],
    });
    expect(plans()).toContain('- [x] **S1.1 – Own**');
  });

  it('changes no file of the project that it reads as its plan', async () => {
    const text = '# Todo\n\n- [x] Buy milk\n- [ ] Bake\n  - [ ] Preheat\n';
    await start(text);
    expect((await llmclis('plan', 'import', 'plans.md')).json).toMatchObject({
      dialect: 'checklist',
      imported: { tasks: 3 },
    });
    expect(plans()).toBe(text);
    await llmclis('plan', 'sync');
    expect(plans()).toBe(text);
    expect((await llmclis('task', 'list')).json).toMatchObject({ total: 3 });
    put('plans.md', text.replace('- [ ] Bake', '- [x] Bake'));
    expect((await llmclis('plan', 'import', 'plans.md')).json).toMatchObject({ updated: 1, unchanged: 2 });
  });

  it('does not write into one plan file what stands in another one', async () => {
    put('llmclis.yaml', 'plans: [plans.md, TODO.md]\n');
    const todo = '# Todo\n\n- [x] Buy milk\n- [ ] Bake\n';
    put('TODO.md', todo);
    await start();
    const before = plans();
    expect((await llmclis('plan', 'import', 'TODO.md')).json).toMatchObject({ imported: { tasks: 2 } });
    expect((await llmclis('plan', 'sync')).json).toMatchObject({ changed_files: [] });
    expect([plans(), readFileSync(join(root, 'TODO.md'), 'utf8')]).toEqual([before, todo]);
  });

  it('only says what would be with --dry_run', async () => {
    await start();
    put('tasks.json', TASKMASTER);
    const before = plans();
    expect((await llmclis('plan', 'import', 'tasks.json', '--dry_run')).json).toMatchObject({
      dry_run: true,
      imported: { tasks: 3 },
    });
    put('own.md', '## Stage 1 – First\n\n- [x] **S1.1 – Own**\n');
    expect((await llmclis('plan', 'import', 'own.md', '--dry-run')).json).toMatchObject({
      dry_run: true,
      dialect: 'plan',
      imported: { tasks: 1 },
    });
    expect(await view()).toEqual([]);
    expect(plans()).toBe(before);
  });

  it('refuses what it does not know, says what it saw and what it expects, and imports nothing', async () => {
    await start();
    put('poem.md', '# Roses\n\nare red\n\n- violets\n');
    const refused = await llmclis('plan', 'import', 'poem.md');
    expect(refused).toMatchObject({ exit: 2, json: { error: { code: 'input.invalid' } } });
    const { message, hint } = (refused.json as { error: { message: string; hint: string } }).error;
    expect(message).toContain(
      'poem.md is written in no known way, so nothing was imported. It has 5 lines, 1 heading, 0 check boxes and 1 list item.',
    );
    for (const dialect of DIALECTS) expect(message).toContain(`${dialect.name}: ${dialect.looks_like}`);
    expect(hint).toContain('--from');
    put('package.json', '{"name": "x", "version": "1"}');
    expect(JSON.stringify((await llmclis('plan', 'import', 'package.json')).json)).toContain(
      'a JSON object with the keys name, version',
    );
    const unknown = await llmclis('plan', 'import', 'poem.md', '--from', 'trello');
    expect(JSON.stringify(unknown.json)).toContain([OWN_PLAN, ...DIALECTS.map(({ name }) => name)].join(', '));
    expect(await view()).toEqual([]);
  });

  it('reads it as what --from says', async () => {
    await start();
    put('list.txt', 'Buy milk\nBake\n');
    expect((await llmclis('plan', 'import', 'list.txt')).exit).toBe(2);
    expect((await llmclis('plan', 'import', 'list.txt', '--from', 'todo-txt')).json).toMatchObject({
      dialect: 'todo-txt',
      imported: { tasks: 2 },
    });
  });

  it('finds the plan in a folder, and names several', async () => {
    await start();
    put('.taskmaster/tasks/tasks.json', TASKMASTER);
    put('.taskmaster/config.json', '{"models": {}}');
    put('.taskmaster/docs/prd.txt', 'Build a thing.\n');
    expect((await llmclis('plan', 'import', '.taskmaster')).json).toMatchObject({
      dialect: 'taskmaster',
      imported: { tasks: 3 },
    });
    expect((await llmclis('plan', 'import', '.taskmaster/tasks/tasks.json')).json).toMatchObject({
      updated: 0,
      unchanged: 3,
    });
    put('two/a.json', TASKMASTER);
    put('two/b.json', TASKMASTER);
    const several = await llmclis('plan', 'import', 'two');
    expect(several.exit).toBe(2);
    expect(JSON.stringify(several.json)).toContain('two holds 2 plans: a.json, b.json');
    put('empty/.keep', '');
    expect((await llmclis('plan', 'import', 'empty')).exit).toBe(2);
  });

  it('knows a moved or linked file again', async () => {
    await start();
    const file = put('tasks.json', TASKMASTER);
    await llmclis('plan', 'import', 'tasks.json');
    symlinkSync(file, join(root, 'link.json'));
    put('other/tasks.json', TASKMASTER);
    for (const path of ['link.json', 'other/tasks.json', file])
      expect((await llmclis('plan', 'import', path)).json).toMatchObject({ updated: 0, unchanged: 3 });
    expect(await view()).toHaveLength(3);
  });

  it('refuses what is no text, too large, not there, or in the middle of a merge, without a stack', async () => {
    await start();
    put('binary.md', Buffer.from([0x2d, 0x20, 0xff, 0xfe, 0x00, 0x41]));
    put('nul.md', '- [ ] a\0b\n');
    put('merge.md', '- [ ] one\n<<<<<<< HEAD\n- [x] two\n=======\n- [ ] two\n>>>>>>> main\n');
    const large = put('large.md', '');
    writeFileSync(large, Buffer.alloc(65 * 1024 * 1024, 0x20));
    const failures = await Promise.all(
      ['binary.md', 'nul.md', 'merge.md', 'large.md', 'no.md', '/dev/null'].map(path =>
        llmclis('plan', 'import', path),
      ),
    );
    expect(failures.map(({ exit, json }) => [exit, (json as { error: { message: string } }).error.message])).toEqual([
      [2, expect.stringContaining('binary.md is not UTF-8 text')],
      [2, expect.stringContaining('nul.md is not UTF-8 text')],
      [2, expect.stringContaining('merge.md holds unresolved merge conflicts, at line 2')],
      [2, expect.stringContaining('large.md has 65 MB')],
      [2, expect.stringContaining('There is no file or folder')],
      [2, expect.stringContaining('is neither a file nor a folder')],
    ]);
    expect(await view()).toEqual([]);
  });

  it('reads UTF-16 with its mark, and CRLF', async () => {
    await start();
    put('list.md', Buffer.from('\uFEFF# T\r\n\r\n- [ ] Ünë\r\n- [x] two\r\n', 'utf16le'));
    expect((await llmclis('plan', 'import', 'list.md')).json).toMatchObject({ imported: { tasks: 2, done: 1 } });
    expect(JSON.stringify((await llmclis('task', 'list')).json)).toContain('"title":"Ünë"');
  });

  it('prints for people what it did, and reads stdin', async () => {
    const world = testApp();
    const asked: unknown[] = [];
    const report = {
      imported: { stages: 1, tasks: 2, done: 1, open: 1, in_progress: 0, blocked: 0, cancelled: 0 },
      updated: 1,
      unchanged: 0,
      unrecognised: [{ line: 7, text: '- [ ] what?', file: 'a.md' }],
      dialect: 'checklist',
      gone: [{ key: 'T3', title: 'Away' }],
      conflicts: [{ key: 'T1', field: 'title', file: 'New', database: 'Mine' }],
      dry_run: true,
    };
    const app = {
      ...world.app,
      importPlan: async (_project: unknown, wanted: unknown) => {
        asked.push(wanted);
        return ok(report);
      },
    };
    const typed = await type(planImport, app, ['-', '--from', 'checklist', '--dry_run', '--agent', 'max'], {
      stdin: '- [ ] x',
    });
    expect(typed.out.split('\n')).toEqual([
      'checklist: 1 stages and 2 tasks: 1 open, 0 in progress, 0 blocked, 1 done, 0 cancelled; 1 updated, 0 unchanged.',
      '  T1 title: the source says "New", here it was "Mine"',
      '  T3 is not in it any more and stays: Away',
      '  a.md line 7 is not understood: - [ ] what?',
      'Nothing was written: --dry_run.',
      '',
    ]);
    expect(asked).toEqual([{ path: '-', from: 'checklist', dry_run: true, text: '- [ ] x', agent: 'max' }]);
    world.close();
  });
});

describe('plan export', () => {
  it('prints to stdout or into a file, and replaces none unasked', async () => {
    await start();
    put('tasks.json', TASKMASTER);
    await llmclis('plan', 'import', 'tasks.json');
    expect((await llmclis('plan', 'export', '--to', 'checklist')).json).toMatchObject({
      to: 'checklist',
      tasks: 3,
      stages: 0,
      out: null,
      text: expect.stringContaining('- [x] **T1 – One**'),
    });
    const out = join(root, 'out.csv');
    expect((await llmclis('plan', 'export', 'status:done', '--to', 'csv', '--out', 'out.csv')).json).toMatchObject({
      tasks: 1,
      out,
    });
    expect(existsSync(out)).toBe(true);
    expect(await llmclis('plan', 'export', '--to', 'csv', '--out', 'out.csv')).toMatchObject({
      exit: 2,
      json: { error: { hint: expect.stringContaining('--force') } },
    });
    expect((await llmclis('plan', 'export', '--to', 'csv', '--out', 'out.csv', '--force')).exit).toBe(0);
    expect(await llmclis('plan', 'export', '--to', 'json', '--out', 'plans.md', '--force')).toMatchObject({ exit: 2 });
    expect(await llmclis('plan', 'export', '--to', 'json', '--out', '.')).toMatchObject({ exit: 2 });
    expect(await llmclis('plan', 'export', '--to', 'xml')).toMatchObject({ exit: 2 });
    expect(await llmclis('plan', 'export')).toMatchObject({ exit: 2 });
  });
});

describe.skipIf(knownPlans().length === 0)('each of the shared plans', () => {
  it.each(knownPlans())('$file comes through the project’s own plan as it was', async known => {
    await start();
    const imported = await llmclis('plan', 'import', sharedPath(known.file));
    expect(imported.json).toMatchObject({
      imported: { tasks: known.tasks, done: known.done, open: known.open },
      conflicts: [],
    });
    const before = await view();
    const text = plans();
    for (let round = 0; round < 2; round += 1)
      expect((await llmclis('plan', 'sync')).json).toEqual({
        changed_files: [],
        to_database: 0,
        to_file: 0,
        conflicts: [],
      });
    expect(plans()).toBe(text);
    expect(await view()).toEqual(before);
    expect((await llmclis('plan', 'import', sharedPath(known.file))).json).toMatchObject({
      imported: imported.json.imported,
      updated: 0,
      unchanged: known.tasks,
    });
    const fresh = typist({ cwd: root, home: join(folder, 'other') });
    await fresh('project', 'add', '.');
    // A box says open, done or cancelled, and a heading is a stage: who works on what is open, and which stage stands in
    // which other one, only the database knows.
    const inFile = (lines: readonly string[]) =>
      lines.map(line =>
        line.replace(/ \| (?:in-progress|blocked) \| /, ' | pending | ').replace(/^(S\d+) \| .*$/, '$1'),
      );
    expect(inFile(await view(fresh))).toEqual(inFile(before));
    // Another home that has the plan by git, and imports the same source.
    await fresh('plan', 'import', sharedPath(known.file));
    expect((await view(fresh)).map(line => line.split(' | ')[0])).toEqual(before.map(line => line.split(' | ')[0]));
  });
});
