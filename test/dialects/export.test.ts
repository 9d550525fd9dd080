import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planExport } from '../../src/cli/commands/plan-export.ts';
import { chooseDialect } from '../../src/km/dialects/choose.ts';
import type { ExportTask } from '../../src/km/dialects/export/exporter.ts';
import { EXPORTERS, exporterNamed, exportPlan } from '../../src/km/dialects/export/table.ts';
import { detectDialect } from '../../src/km/dialects/table.ts';
import { importPlan } from '../../src/km/plan/import.ts';
import { must } from '../km/fixtures.ts';
import { fileOf, importWorld, item } from './fixtures.ts';

/** A project with stages, nesting, ties, notes and every status. */
function filledWorld() {
  const world = importWorld();
  world.take([
    item('s', { kind: 'stage', title: 'First, "stage"' }),
    item('a', {
      key: 'A1',
      parent: 's',
      title: 'Plan – it',
      status: 'done',
      priority: 0,
      tags: ['x y', 'z'],
      description: 'Two\nlines',
      acceptance: 'It is.',
      notes: [
        { at: '2026-01-01T00:00:00Z', agent: 'ada', text: 'A note' },
        { at: '2026-01-01T00:00:00Z', agent: 'ada', text: 'Another' },
      ],
    }),
    item('b', {
      key: 'A2',
      parent: 's',
      status: 'in-progress',
      depends_on: ['a'],
      related: ['d'],
      due: '2027-01-31',
      complexity: 4,
    }),
    item('b1', { key: 'A2.1', parent: 'b', status: 'blocked', depends_on: ['a'] }),
    item('b2', { key: 'A2.2', parent: 'b', depends_on: ['b1', 'd'], discovered_from: ['b1'] }),
    item('b21', { key: 'A2.2.1', parent: 'b2', title: '=SUM(A1)', description: '-x, "quoted"', checks: ['npm test'] }),
    item('c', { key: 'C1', status: 'cancelled', assignee: 'max' }),
    item('d', {
      key: 'D1',
      depends_on: ['c'],
      checklist: [
        { text: 'one', done: true },
        { text: 'two', done: false },
      ],
    }),
  ]);
  return world;
}

const write = (world: ReturnType<typeof importWorld>, to: string, filter = ''): string =>
  must(exporterNamed(to)).write(must(exportPlan(world.km, must(world.km.project(world.project)), filter)));

/** Titles with what a format carries of them; keys and stages only where it has them. */
const facts = (
  tasks: readonly Pick<ExportTask, 'key' | 'kind' | 'title' | 'status' | 'parent' | 'depends_on'>[],
  withStages: boolean,
) => {
  const titleOf = new Map(tasks.map(task => [task.key, task]));
  const parent = (key: string | null) => {
    const found = key === null ? undefined : titleOf.get(key);
    return found === undefined || (found.kind === 'stage' && !withStages) ? null : found.title;
  };
  return tasks
    .filter(task => task.kind === 'task')
    .map(task => ({
      title: task.title,
      status: task.status,
      parent: parent(task.parent),
      depends_on: task.depends_on.map(key => titleOf.get(key)?.title).toSorted(),
    }))
    .toSorted((one, other) => (one.title < other.title ? -1 : 1));
};

function importText(text: string) {
  const world = importWorld();
  const chosen = must(chooseDialect(fileOf(text), undefined, false));
  if (chosen.kind === 'own')
    must(
      importPlan({
        km: world.km,
        project: must(world.km.project(world.project)),
        path: '/elsewhere/list.md',
        text,
        io: { read: () => null },
        now: world.clock.now(),
        agent: 'max',
      }),
    );
  else world.take(chosen.dialect.read(chosen.source).items, { dialect: chosen.dialect.name });
  return world;
}

describe('an export read into an empty project', () => {
  it.each(['checklist', 'taskmaster', 'json', 'beads'])('%s keeps titles, statuses, nesting and dependencies', to => {
    const world = filledWorld();
    const again = importText(write(world, to));
    // Epics are tasks of their own.
    const epics =
      to === 'beads'
        ? again
            .tasks()
            .filter(task => task.tags.includes('epic'))
            .map(task => task.title)
        : [];
    const read = facts(again.tasks(), to !== 'taskmaster').filter(({ title }) => !epics.includes(title));
    expect(read).toEqual(facts(world.tasks(), to !== 'taskmaster'));
  });

  it('taskwarrior keeps titles and statuses but blocked, and what waits for what', () => {
    const world = filledWorld();
    const again = importText(write(world, 'taskwarrior'));
    const children = (title: string) =>
      world
        .tasks()
        .filter(task => task.kind === 'task' && task.parent === world.titled(title).key)
        .map(task => task.title);
    const expected = facts(world.tasks(), false).map(fact => ({
      ...fact,
      status: fact.status === 'blocked' ? 'pending' : fact.status,
      parent: ['Plan – it', 'Title b', 'Title b1', 'Title b2', '=SUM(A1)'].includes(fact.title)
        ? 'First, "stage"'
        : null,
      depends_on: [...fact.depends_on, ...children(fact.title)].toSorted(),
    }));
    expect(facts(again.tasks(), true)).toEqual(expected);
    expect(again.titled('Title b1').tags).toEqual(['blocked']);
    expect(again.km.notes(again.titled('Plan – it').id).map(note => note.text)).toEqual([
      'Two\nlines\n\nIt is.',
      'A note',
      'Another',
    ]);
  });

  it('json keeps all fields, keys, stages and notes', () => {
    const world = filledWorld();
    const again = importText(write(world, 'json'));
    expect(again.view()).toEqual(world.view());
    const fields = (one: ReturnType<typeof importWorld>) =>
      one.tasks().map(({ id, created_at, updated_at, finished_at, started_at, ...task }) => ({
        ...task,
        notes: one.km.notes(id),
        born: created_at.slice(0, 10),
      }));
    expect(fields(again)).toEqual(fields(world).map(task => ({ ...task })));
  });

  it('read into its own project changes nothing', () => {
    for (const to of ['json', 'checklist']) {
      const world = filledWorld();
      const before = world.view();
      const text = write(world, to);
      const detected = detectDialect(fileOf(text));
      if (to === 'json') world.take(must(detected).dialect.read(fileOf(text)).items, { dialect: 'json' });
      else
        importPlan({
          km: world.km,
          project: must(world.km.project(world.project)),
          path: '/elsewhere/x.md',
          text,
          io: { read: () => null },
          now: world.clock.now(),
          agent: 'max',
        });
      expect(world.view().toSorted()).toEqual(before.toSorted());
    }
  });
});

describe('the exporters', () => {
  it('say the same each time, and take only what a filter finds, with its stages', () => {
    const world = filledWorld();
    for (const { name } of EXPORTERS) expect(write(world, name)).toBe(write(world, name));
    expect(write(world, 'checklist', 'status:done')).toBe(
      '# demo\n\n## Stage 1 – First, "stage"\n\n- [x] **A1 – Plan – it**\n',
    );
    expect(exportPlan(world.km, must(world.km.project(world.project)), 'status:nonsense')).toMatchObject({ ok: false });
    expect(exporterNamed('xml')).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
  });

  it('write CSV by RFC 4180 that no spreadsheet runs', () => {
    const csv = write(filledWorld(), 'csv');
    const rows = csv.split('\r\n');
    expect(rows[0]?.startsWith('key,kind,title,status')).toBe(true);
    expect(rows[1]?.startsWith('S1,stage,"First, ""stage""",pending')).toBe(true);
    expect(csv).toContain("A2.2.1,task,'=SUM(A1),pending");
    expect(csv).toContain(`"'-x, ""quoted"""`);
    expect(csv.endsWith('\r\n')).toBe(true);
  });

  it('make UUIDs that stay, one project’s unlike another’s', () => {
    const world = filledWorld();
    const uuids = (text: string) => (JSON.parse(text) as { uuid: string }[]).map(task => task.uuid);
    const plan = must(exportPlan(world.km, must(world.km.project(world.project)), ''));
    const { write: print } = must(exporterNamed('taskwarrior'));
    expect(uuids(print(plan))).toEqual(uuids(print(plan)));
    expect(
      uuids(print(plan)).every(uuid =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid),
      ),
    ).toBe(true);
    expect(uuids(print({ ...plan, origin: '/elsewhere' }))).not.toEqual(uuids(print(plan)));
  });

  it('are those that the command offers', () => {
    const to = planExport.flags.to;
    expect(to?.type === 'string' && to.choices).toEqual(EXPORTERS.map(({ name }) => name));
  });
});

const hasTaskwarrior = spawnSync('task', ['--version']).status === 0;

describe.skipIf(!hasTaskwarrior)('the Taskwarrior that is installed', () => {
  it('imports an export, the second time without doubling, and its own export comes back the same', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmclis-task-'));
    const env = { PATH: process.env.PATH, HOME: folder, TASKRC: join(folder, 'rc'), TASKDATA: join(folder, 'data') };
    mkdirSync(env.TASKDATA);
    writeFileSync(env.TASKRC, `data.location=${env.TASKDATA}\nconfirmation=off\nhooks=off\nverbose=nothing\n`);
    const task = (args: readonly string[], input = '') => {
      const ended = spawnSync('task', args, { env, input, encoding: 'utf8' });
      if (ended.status !== 0) throw new Error(ended.stderr);
      return ended.stdout;
    };
    const world = filledWorld();
    const text = write(world, 'taskwarrior');
    task(['import', '-'], text);
    task(['import', '-'], text);
    const again = importText(task(['export']));
    expect(facts(again.tasks(), true)).toEqual(facts(importText(text).tasks(), true));
    rmSync(folder, { recursive: true, force: true });
  });
});
