import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok, type Result } from '../../src/core/failure.ts';
import { openDatabase } from '../../src/km/database.ts';
import { createKm } from '../../src/km/repository.ts';
import { diagnose } from '../../src/km/safety/doctor.ts';
import { exportFile } from '../../src/km/safety/export.ts';
import { type ImportOptions, importRecords } from '../../src/km/safety/import.ts';
import { fileLines, textLines } from '../../src/km/safety/lines.ts';
import { shippedSchema } from '../../src/km/safety/shipped.ts';
import { DERIVED } from '../../src/km/safety/tables.ts';
import { SCHEMA_VERSION } from '../../src/km/schema-version.ts';
import { connect, type Sqlite } from '../../src/km/sqlite.ts';
import { rebuildIndexes } from '../../src/memory/recall/rebuild.ts';
import { completeEntries } from '../../src/memory/record/complete.ts';
import { createMemory } from '../../src/memory/store.ts';
import { temporaryFolder } from '../support/repository.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, messageOf, must, testClock } from './fixtures.ts';
import { copyDatabase, dump, fullWorld, opensAndWrites, print, printFile, runWorker } from './safety-fixtures.ts';

const shipped = must(shippedSchema(MIGRATIONS));
const empty = (file = ':memory:'): Sqlite => must(openDatabase(file, { migrations: MIGRATIONS })).sqlite;

function load(
  sqlite: Sqlite,
  lines: readonly string[],
  more: Partial<ImportOptions> = {},
): ReturnType<typeof importRecords> {
  return importRecords(sqlite, testClock(), {
    file: 'x.jsonl',
    lines: () => lines,
    replace: false,
    keep: () => ok('kept.db'),
    rebuild(into) {
      completeEntries(into);
      rebuildIndexes(into);
    },
    shipped,
    ...more,
  });
}
const changed = (lines: readonly string[], number: number, line: string): readonly string[] =>
  lines.map((old, index) => (index === number - 1 ? line : old));
const lineWith = (lines: readonly string[], part: string): number => lines.findIndex(line => line.includes(part)) + 1;
const whyNot = (result: Result<unknown>): string => `${codeOf(result)}: ${messageOf(result)}`;

describe('an export', () => {
  it('has a header, then every row of every table after those it needs, in the order of their keys', () => {
    const { database } = fullWorld(':memory:');
    const [header = '', ...lines] = dump(database.sqlite);
    expect(header).toBe(`{"llmclis_export":1,"schema":${SCHEMA_VERSION}}`);
    const rows = lines.map(line => JSON.parse(line) as { table: string; row: Record<string, unknown> });
    const tables = [...new Set(rows.map(({ table }) => table))];
    const all = database.sqlite
      .prepare(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_s%'",
      )
      .pluck()
      .all();
    expect(tables.toSorted()).toEqual(
      [...all.filter(name => !DERIVED.includes(String(name))), 'sqlite_sequence'].toSorted(),
    );
    for (const [first, second] of [
      ['projects', 'tasks'],
      ['tasks', 'task_deps'],
      ['runs', 'run_events'],
    ] as const)
      expect(tables.indexOf(first)).toBeLessThan(tables.indexOf(second));
    const ids = rows.flatMap(({ table, row }) => (table === 'task_history' ? [Number(row.id)] : []));
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  });

  it('changes only in the lines of what changed', () => {
    const world = fullWorld(':memory:');
    const before = dump(world.database.sqlite);
    must(world.km.editTask(must(world.km.task(world.project, 'S1.1')).id, { title: 'Other' }, 'ann'));
    const after = dump(world.database.sqlite);
    const fresh = after.filter(line => !before.includes(line)).map(line => /"table":"(\w+)"/.exec(line)?.[1]);
    expect(fresh.toSorted()).toEqual(['sqlite_sequence', 'task_history', 'tasks']);
  });

  it('of one project holds what belongs to it and nothing else, and can be read alone', () => {
    const { database, project } = fullWorld(':memory:');
    const lines = dump(database.sqlite, project);
    expect(lines[0]).toBe(`{"llmclis_export":1,"schema":${SCHEMA_VERSION},"project_id":${project}}`);
    expect(lines.join('\n')).not.toContain('Elsewhere');
    const other = empty();
    expect(must(load(other, lines))).toMatchObject({ changed: true, projects: 1, tasks: 6 });
    expect(dump(other, project)).toEqual(lines);
    expect(must(load(other, lines))).toMatchObject({ changed: false });
  });

  it('is a file that gets its name when it is whole', () => {
    const folder = temporaryFolder();
    const { sqlite } = fullWorld(':memory:').database;
    const file = join(folder, 'a', 'x.jsonl');
    const { bytes, records } = must(exportFile(sqlite, file, null));
    const text = readFileSync(file, 'utf8');
    expect([bytes, records]).toEqual([Buffer.byteLength(text), text.trimEnd().split('\n').length - 1]);
    expect([...fileLines(file)]).toEqual(dump(sqlite));
    expect(readdirSync(join(folder, 'a'))).toEqual(['x.jsonl']);
    mkdirSync(join(folder, 'dir'));
    expect(codeOf(exportFile(sqlite, join(folder, 'dir'), null))).toBe('input.invalid');
    expect(codeOf(exportFile(sqlite, join(file, 'y'), null))).toBe('database.unusable');
    expect(codeOf(exportFile(sqlite, join(folder, 'z'), 99))).toBe('project.not_found');
  });
});

describe('an import into an empty database', () => {
  it('makes identical content, and all that is derived from it', async () => {
    const { database, clock } = fullWorld(':memory:');
    const lines = dump(database.sqlite);
    const sqlite = empty();
    expect(must(load(sqlite, lines))).toEqual({
      file: 'x.jsonl',
      records: lines.length - 1,
      changed: true,
      projects: 2,
      tasks: 7,
      recounted: 0,
      kept: null,
    });
    expect(dump(sqlite)).toEqual(lines);
    expect(diagnose(sqlite, shipped).findings).toEqual([]);
    const queued = sqlite.prepare('SELECT count(*) FROM task_search_queue').pluck().get();
    expect(queued).toBe(sqlite.prepare('SELECT count(*) FROM tasks').pluck().get());
    const memory = createMemory(sqlite, clock, text => text);
    const scope = { projectId: 1 } as const;
    const found = await memory.queryMemory('milk cellar', scope);
    expect(found[0]).toMatchObject({ text: 'The milk is in the cellar.', source: 'ann' });
    // The original has not followed its changes yet; here all indexes are new.
    const there = await createMemory(database.sqlite, clock, text => text).queryMemory('milk cellar', scope);
    expect(found.map(({ id }) => id)).toEqual(there.map(({ id }) => id));
  });

  it('leaves out what is made again from it, and what names the database itself', () => {
    const { sqlite } = fullWorld(':memory:').database;
    const lines = dump(sqlite);
    sqlite.exec(`INSERT INTO memory_models (name, dimension, pooling, dtype, max_tokens, state, created_at)
        VALUES ('m', 1, 'mean', 'q8', 9, 'serving', '');
      INSERT INTO memory_embeddings VALUES (1, 'x', x'00000000');
      INSERT INTO memory_vectors VALUES (1, 1, 1, 0, 'x');
      INSERT INTO memory_signals VALUES (1, 1, 0.5, 3);
      INSERT INTO memory_consumers (name) VALUES ('near');`);
    expect(dump(sqlite)).toEqual(lines);
    const other = empty();
    const name = (of: Sqlite) => of.prepare('SELECT id FROM memory_store').pluck().get();
    const before = name(other);
    must(load(other, lines));
    expect(name(other)).toBe(before);
    must(load(sqlite, dump(makeWorld().database.sqlite), { replace: true }));
    for (const table of DERIVED.filter(table => table.startsWith('memory_') && table !== 'memory_store'))
      expect([table, sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
  });

  it('works on like the original: the next rows get the same numbers', () => {
    const { database } = fullWorld(':memory:');
    const sqlite = empty();
    must(load(sqlite, dump(database.sqlite)));
    const clock = () => ({ ...testClock('2026-11-22T00:00:00Z') });
    const managers = [createKm(database, clock()), createKm({ ...database, sqlite }, clock())];
    const task = managers.map(km => must(km.addTask({ project_id: 1, title: 'Next' }, 'ann')));
    expect(task[1]).toEqual(task[0]);
    const moved = managers.map(km => must(km.markTaskStatus(4, 'done', { agent: 'ann', proof: 'red-green' })));
    expect(moved[1]).toEqual(moved[0]);
    expect(dump(sqlite)).toEqual(dump(database.sqlite));
  });

  it('reads files that Windows or git made of it, in any pieces', () => {
    const lines = dump(fullWorld(':memory:', 3000).database.sqlite);
    const file = join(temporaryFolder(), 'x.jsonl');
    writeFileSync(file, `\ufeff${lines.join('\r\n')}\r\n`);
    expect(print([...fileLines(file)])).toBe(print(lines));
    expect(print([...textLines(readFileSync(file, 'utf8'))])).toBe(print(lines));
    writeFileSync(file, lines.join('\n'));
    expect(print([...fileLines(file)])).toBe(print(lines));
  });

  it('gives what an older export did not know its default, and counts again what it counts', () => {
    const lines = dump(fullWorld(':memory:').database.sqlite);
    const old = lines.flatMap(line => {
      if (line.startsWith('{"llmclis_export"')) return '{"llmclis_export":1,"schema":2}';
      const { table, row } = JSON.parse(line) as { table: string; row: Record<string, unknown> };
      if (table.startsWith('memory_')) return [];
      if (table === 'memories') {
        const { scope: _s, valid_from: _f, updated_at: _u, trust: _t, tokens: _n, ...known } = row;
        return JSON.stringify({ table, row: known });
      }
      if (table !== 'tasks') return line;
      const { done_children: _d, queue: _q, links: _l, started_at: _s, ...known } = row;
      return JSON.stringify({ table, row: known });
    });
    const sqlite = empty();
    expect(must(load(sqlite, old))).toMatchObject({ changed: true, recounted: 1 });
    expect(sqlite.prepare('SELECT scope, trust, tokens, valid_from = created_at AS dated FROM memories').get()).toEqual(
      {
        scope: 'task',
        trust: 'agent',
        tokens: 7,
        dated: 1,
      },
    );
    expect(sqlite.prepare("SELECT done_children, queue, links FROM tasks WHERE key = 'S1'").get()).toEqual({
      done_children: 1,
      queue: 'standard',
      links: '[]',
    });
  });

  it.each([
    ['no JSON', '{"table":"tasks",', 'it is no JSON'],
    ['a conflict of git', '<<<<<<< HEAD', 'it is a conflict marker of git'],
    ['another shape', '[1, 2]', 'it has no "table" and "row"'],
    ['an unknown table', '{"table":"users","row":{}}', 'there is no table "users"'],
    ['an unknown column', '{"table":"tasks","row":{"colour":"red"}}', 'tasks has no "colour"'],
    ['a value that no row has', '{"table":"tasks","row":{"title":["a"]}}', '"title" is neither text'],
    ['a row without what it needs', '{"table":"tasks","row":{"id":99}}', 'NOT NULL constraint failed'],
    [
      'a row that is there twice',
      '{"table":"projects","row":{"id":1,"name":"a","root":"/b","created_at":"","updated_at":""}}',
      'UNIQUE constraint failed',
    ],
  ])('names the line of %s and changes nothing', (_what, line, why) => {
    const lines = dump(fullWorld(':memory:').database.sqlite);
    const number = lineWith(lines, '"table":"task_notes"');
    const sqlite = empty();
    const refused = load(sqlite, changed(lines, number, line));
    expect(whyNot(refused)).toContain(`input.invalid: Line ${number} of x.jsonl cannot be read: ${why}`);
    expect(dump(sqlite)).toEqual(dump(empty()));
    expect(diagnose(sqlite, shipped).findings).toEqual([]);
    must(load(sqlite, lines));
  });

  it('refuses lines that do not fit together, what is no export, and one of a newer llmclis', () => {
    const lines = dump(fullWorld(':memory:').database.sqlite);
    const sqlite = empty();
    const orphaned = lines.filter(line => !(line.includes('"table":"tasks"') && line.includes('"key":"S1.1"')));
    expect(whyNot(load(sqlite, orphaned))).toMatch(
      /input\.invalid: x\.jsonl does not fit together: .*refers to a row of tasks/,
    );
    expect(codeOf(load(sqlite, ['# Plans']))).toBe('input.invalid');
    expect(codeOf(load(sqlite, []))).toBe('input.invalid');
    const newer = changed(lines, 1, `{"llmclis_export":1,"schema":${SCHEMA_VERSION + 1}}`);
    expect(codeOf(load(sqlite, newer))).toBe('database.newer');
    expect(dump(sqlite)).toEqual(dump(empty()));
  });
});

describe('an import into a database that holds something', () => {
  it('changes nothing where it holds exactly that', () => {
    const { sqlite } = fullWorld(':memory:').database;
    const lines = dump(sqlite);
    const keep = () => {
      throw new Error('There is nothing to keep.');
    };
    const writes = sqlite.prepare('SELECT total_changes()').pluck();
    const before = writes.get();
    expect(must(load(sqlite, lines, { keep, replace: true }))).toMatchObject({
      changed: false,
      records: lines.length - 1,
    });
    expect(writes.get()).toBe(before);
  });

  it('is refused with the next step, or takes its place when told to', () => {
    const lines = dump(fullWorld(':memory:').database.sqlite);
    const world = makeWorld();
    addTasks(world, { Mine: {} });
    const { sqlite } = world.database;
    const mine = dump(sqlite);
    const refused = load(sqlite, lines);
    expect(refused).toMatchObject({
      error: { code: 'database.not_empty', hint: expect.stringContaining('--replace') },
    });
    expect(dump(sqlite)).toEqual(mine);
    const broken = changed(lines, 5, 'x');
    expect(codeOf(load(sqlite, broken, { replace: true }))).toBe('input.invalid');
    expect(dump(sqlite)).toEqual(mine);
    expect(must(load(sqlite, lines, { replace: true }))).toMatchObject({ changed: true, kept: 'kept.db' });
    expect(dump(sqlite)).toEqual(lines);
    expect(diagnose(sqlite, shipped).findings).toEqual([]);
  });

  it('leaves the old content when it is killed in between', () => {
    const folder = temporaryFolder();
    const [start, database, file] = ['start.db', 'llmclis.db', 'x.jsonl'].map(name => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const world = fullWorld(start, 300);
    must(exportFile(world.database.sqlite, file, null));
    const wanted = print(dump(world.database.sqlite));
    addTasks(world, { Late: {} });
    world.database.sqlite.close();
    const old = printFile(start);
    copyDatabase(start, database);
    const { steps } = runWorker('import', database, file, 0);
    expect(printFile(database)).toBe(wanted);
    for (const step of [2, Math.floor(steps / 2), steps - 1, steps]) {
      copyDatabase(start, database);
      expect(runWorker('import', database, file, step).signal).toBe('SIGKILL');
      opensAndWritesNothing(database);
      expect(printFile(database)).toBe(old);
      opensAndWrites(database);
    }
  });
});

/** What a killed process left is taken up by the next one that opens it. */
function opensAndWritesNothing(file: string): void {
  const sqlite = connect(file, { readonly: false, timeout: 1000 });
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  sqlite.close();
}
