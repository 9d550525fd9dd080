import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/km/database.ts';
import type { Km } from '../../src/km/km.ts';
import { createKm } from '../../src/km/repository.ts';
import { exportLines } from '../../src/km/safety/export.ts';
import { connect, type Sqlite } from '../../src/km/sqlite.ts';
import { createRecord } from '../../src/memory/record/record.ts';
import { createMemory } from '../../src/memory/store.ts';
import { createJournal } from '../../src/orchestrator/journal.ts';
import { addTasks, MIGRATIONS, makeWorld, must, type World } from './fixtures.ts';

/** A database in which every table holds something: two projects, and everything a task can have and go through. */
export function fullWorld(file: string, tasks = 3): World {
  const world = makeWorld(file);
  const { km, database, clock, project } = world;
  const other = must(km.addProject({ name: 'other', root: '/nowhere/other' })).id;
  must(km.addTask({ project_id: other, key: 'O1', title: 'Elsewhere' }, 'ann'));
  const ids = addTasks(world, {
    S1: { kind: 'stage' },
    'S1.1': { parent: 'S1', tags: ['a'], checklist: [{ text: 'one', done: true }], links: ['x.md#y'] },
    'S1.2': { parent: 'S1', depends_on: ['S1.1'], related: ['S1.1'], due: '2026-12-24' },
    'S1.3': {
      discovered_from: ['S1.1'],
      private: true,
      description: 'Quotes " and\nlines, ünïcödé 🎯, \u0000 and tabs\t',
    },
    ...Object.fromEntries(
      Array.from({ length: tasks }, (_, n) => [`S2.${n + 1}`, { description: 'Word '.repeat(40) }]),
    ),
  });
  const [one = 0, two = 0, three = 0] = [ids['S1.1'], ids['S1.2'], ids['S1.3']];
  must(km.markTaskStatus(one, 'done', { agent: 'ann', proof: 'red-green', commit: 'abc' }));
  must(km.claimTask(two, { holder: 'worker', ttl_s: 600 }));
  must(km.markTaskStatus(three, 'blocked', { agent: 'ann', reason: 'needs_input', detail: 'Which?' }));
  must(km.appendTaskNote(three, 'A note.', 'ann'));
  km.addAttempt(two, {
    run_id: 'r1',
    role: 'coder',
    model: 'small',
    location: 'local',
    outcome: 'checks_failed',
    evidence: 'red',
    tokens_in: 10,
    tokens_out: 5,
    usd: 0.25,
  });
  km.savePlanFile({
    project_id: project,
    path: 'plans.md',
    synced_text: '# Plans\r\n',
    synced_at: '2026-11-21T09:00:00Z',
    size: 9,
    mtime_ms: 1.5,
    reader: 1,
  });
  const { sqlite } = database;
  sqlite
    .prepare(
      "INSERT INTO task_imports (project_id, source, external_id, task_id, said) VALUES (?, 'x.json', '1', ?, '{}')",
    )
    .run(project, one);
  sqlite
    .prepare(
      "INSERT INTO grants (project_id, kind, what, granted_at, granted_by) VALUES (?, 'network', 'example.com', '2026-11-21T09:00:00Z', 'ann')",
    )
    .run(project);
  const memory = createMemory(sqlite, clock, text => text);
  const milk = must(memory.storeMemory('The milk is in the fridge.', project, one, 'note', 'ann'));
  must(
    memory.storeMemory('milk.place = fridge', project, one, 'fact', 'ann', {
      links: [{ to: milk.id, kind: 'derives' }],
    }),
  );
  must(
    createRecord(sqlite, clock, text => text).edit({
      id: milk.id,
      text: 'The milk is in the cellar.',
      projectId: project,
      agent: 'ann',
    }),
  );
  const journal = createJournal(sqlite, clock, () => true);
  const run = must(journal.startRun(project, { max_steps: 1 }, 1));
  journal.append(run, [{ type: 'run.paused', because: 'asked' }]);
  must(journal.request(run, 'stop'));
  journal.finish(run);
  return world;
}

export const dump = (sqlite: Sqlite, projectId: number | null = null): readonly string[] => [
  ...exportLines(sqlite, projectId),
];

/** How many rows there are and what they say, short: two that differ are not shown row by row. */
export const print = (lines: readonly string[]): string =>
  `${lines.length} lines, ${createHash('sha256').update(lines.join('\n')).digest('hex')}`;

/** The same of a database file that nobody has open. */
export function printFile(file: string): string {
  const sqlite = connect(file, { readonly: true, timeout: 1000 });
  try {
    return print(dump(sqlite));
  } finally {
    sqlite.close();
  }
}

/** Opens a file like any command does, and looks whether it can be written. */
export function opensAndWrites(file: string): Km {
  const database = must(openDatabase(file, { migrations: MIGRATIONS }));
  const km = createKm(database, { now: () => new Date(0), random: () => 0.5, sleep: async () => {} });
  must(km.addProject({ name: 'written', root: '/nowhere/written' }));
  database.sqlite.close();
  return km;
}

/** Copies a database as it lies on the disk. */
export function copyDatabase(from: string, to: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${to}${end}`, { force: true });
  copyFileSync(from, to);
}

const WORKER = join(import.meta.dirname, 'safety-worker.ts');

/** Runs the worker, killed at a step of its work (0: not at all). */
export function runWorker(what: 'backup' | 'restore' | 'import', database: string, file: string, at: number) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [WORKER, what, database, file, MIGRATIONS, String(at)],
    { encoding: 'utf8' },
  );
  return { status, signal, steps: Number(stdout), stderr };
}
