import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/km/database.ts';
import { projectAsOf } from '../../src/km/history/at.ts';
import { undoChange } from '../../src/km/history/undo.ts';
import { makeQueries } from '../../src/km/queries.ts';
import { createKm } from '../../src/km/repository.ts';
import { diagnose } from '../../src/km/safety/doctor.ts';
import { shippedSchema } from '../../src/km/safety/shipped.ts';
import { SCHEMA_VERSION } from '../../src/km/schema-version.ts';
import { connect, type Sqlite } from '../../src/km/sqlite.ts';
import { createRecord } from '../../src/memory/record/record.ts';
import { createMemory } from '../../src/memory/store.ts';
import { createJournal } from '../../src/orchestrator/journal.ts';
import { temporaryFolder } from '../support/repository.ts';
import { codeOf, MIGRATIONS, must, testClock } from './fixtures.ts';

/** Databases as released versions made them, each with everything that version knew. */
const SCHEMAS = join(import.meta.dirname, '../schemas');
const RELEASED = readdirSync(SCHEMAS).map(name => basename(name, '.sql'));
const options = { migrations: MIGRATIONS };

function makeOld(version: string, file: string): void {
  const sqlite = connect(file, { readonly: false, timeout: 100 });
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec(readFileSync(join(SCHEMAS, `${version}.sql`), 'utf8'));
  sqlite.pragma('journal_mode = WAL');
  sqlite.close();
}

const oldFile = (version: string): string => {
  const file = join(temporaryFolder(), 'llmclis.db');
  makeOld(version, file);
  return file;
};

type Rows = Readonly<Record<string, readonly unknown[]>>;

const tablesOf = (sqlite: Sqlite): readonly string[] =>
  sqlite
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_schema'",
    )
    .pluck()
    .all();

/** All rows, of these columns where they are given. */
function rowsOf(sqlite: Sqlite, columns: Readonly<Record<string, readonly string[]>> = {}): Rows {
  const tables = Object.keys(columns).length > 0 ? Object.keys(columns) : tablesOf(sqlite);
  return Object.fromEntries(
    tables.map(name => [
      name,
      sqlite.prepare(`SELECT ${columns[name]?.join() ?? '*'} FROM ${name} ORDER BY rowid`).all(),
    ]),
  );
}

function columnsOf(sqlite: Sqlite): Readonly<Record<string, readonly string[]>> {
  const columns = (name: string) =>
    sqlite.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name);
  return Object.fromEntries(tablesOf(sqlite).map(name => [name, columns(name)]));
}

function readOld(file: string): { readonly columns: ReturnType<typeof columnsOf>; readonly rows: Rows } {
  const sqlite = connect(file, { readonly: true, timeout: 100 });
  const columns = columnsOf(sqlite);
  const rows = rowsOf(sqlite, columns);
  sqlite.close();
  return { columns, rows };
}

describe.each(RELEASED)('a database of %s', version => {
  it('is brought up to date, with every row of it as it was', () => {
    const file = oldFile(version);
    const { columns, rows } = readOld(file);
    expect(Object.values(rows).every(list => list.length > 0)).toBe(true);
    const { sqlite } = must(openDatabase(file, options));
    expect(sqlite.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    const { sqlite_sequence, ...now } = rowsOf(sqlite, columns);
    const { sqlite_sequence: counters = [], ...then } = rows;
    expect(now).toEqual(then);
    expect(sqlite_sequence).toEqual(expect.arrayContaining([...counters]));
    expect(diagnose(sqlite, must(shippedSchema(MIGRATIONS))).findings).toEqual([]);
    sqlite.close();
  });

  it('keeps what it remembered, which can be found, corrected and taken away', async () => {
    const file = oldFile(version);
    const before = readOld(file).rows.memories as readonly { id: number; text: string; project_id: number }[];
    const { sqlite } = must(openDatabase(file, options));
    const clock = testClock('2026-12-02T09:00:00Z');
    const plain = (text: string): string => text;
    const [memory, record] = [createMemory(sqlite, clock, plain), createRecord(sqlite, clock, plain)];
    for (const { id, text, project_id: projectId } of before) {
      const entry = must(record.show(id, projectId));
      const scope = entry.task_id === null ? 'project' : 'task';
      expect(entry).toMatchObject({ text, scope, valid_from: entry.created_at, status: 'live', seen: 1 });
      expect(entry.tokens).toBe(Math.ceil(text.length / 4));
      expect(entry.trust).toBe(entry.source === 'person' ? 'person' : 'agent');
      expect((await memory.queryMemory(text, { projectId }))[0]?.id).toBe(id);
      expect(must(memory.storeMemory(text, projectId, null, 'note', 'ann')).id).toBe(id);
      must(record.edit({ id, text: `Not: ${text}`, projectId, agent: 'ann' }));
      expect(must(record.forget({ ids: [id], projectId, agent: 'ann' })).erased).toBe(true);
    }
    sqlite.close();
  });

  it('is left alone by the second opening', () => {
    const file = oldFile(version);
    must(openDatabase(file, options)).sqlite.close();
    const bytes = readFileSync(file);
    must(openDatabase(file, { migrations: '/nowhere' })).sqlite.close();
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('is refused for reading only, with the next step, and not touched', () => {
    const file = oldFile(version);
    const bytes = readFileSync(file);
    const opened = openDatabase(file, { ...options, readonly: true });
    expect(opened).toMatchObject({
      error: { code: 'database.unusable', hint: expect.stringContaining('llmclis km doctor') },
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('is the old one or the new one when the process is killed in between', async () => {
    const file = oldFile(version);
    const before = readOld(file);
    const endless = join(temporaryFolder(), 'drizzle');
    mkdirSync(endless);
    const names = readdirSync(MIGRATIONS).filter(name => name.endsWith('.sql'));
    for (const name of names) copyFileSync(join(MIGRATIONS, name), join(endless, name));
    const last = join(endless, names.toSorted().at(-1) ?? '');
    // All that the migrations do, spilled to the disk, and then no end.
    const sql = `PRAGMA cache_spill = 1; PRAGMA cache_size = 1;
      CREATE TABLE padding (text); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO padding SELECT hex(randomblob(2000)) FROM n;`;
    writeFileSync(last, `${readFileSync(last, 'utf8')};\n${sql}`);
    const script = `import { openDatabase } from ${JSON.stringify(new URL('../../src/km/database.ts', import.meta.url).href)};
      openDatabase(process.argv[1], { migrations: process.argv[2] });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, file, endless]);
    const ended = new Promise<unknown>(resolve => child.on('exit', (_, signal) => resolve(signal)));
    const log = `${file}-wal`;
    while (!existsSync(log) || statSync(log).size < 3_000_000) await new Promise(resolve => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const after = readOld(file);
    expect(after).toEqual(before);
    must(openDatabase(file, options)).sqlite.close();
    expect(readOld(file).columns.padding).toBeUndefined();
  });
});

describe('what 0.1.0 left', () => {
  const open = () => {
    const database = must(openDatabase(oldFile('0.1.0'), options));
    const clock = testClock('2026-03-02T09:00:00Z');
    return { database, clock, km: createKm(database, clock), q: makeQueries(database.sqlite) };
  };

  it('knows when tasks were begun and finished, and what they wait for', () => {
    const { km } = open();
    const task = (key: string) => must(km.task(1, key));
    expect(task('S1.1')).toMatchObject({
      status: 'done',
      proof: 'red-green',
      started_at: '2026-03-02T08:12:00Z',
      finished_at: '2026-03-02T08:14:00Z',
      tries: 2,
      usd: 0.0125,
      queue: 'standard',
      checklist: [],
    });
    expect(task('S1.2')).toMatchObject({
      status: 'in-progress',
      children: { open: 0, done: 1 },
      claim: { holder: 'run:r2' },
    });
    expect(task('S1')).toMatchObject({ children: { open: 2, done: 1 } });
    expect(km.listProjects({ archived: true }).map(({ name, archived }) => [name, archived])).toEqual([
      ['textkit', false],
      ['old one', true],
    ]);
  });

  it('can be looked at as of then, undone, remembered, and searched', async () => {
    const { database, clock, km, q } = open();
    const then = projectAsOf(q, must(km.project(1)), new Date('2026-03-02T08:17:30Z'));
    const was = (key: string) => then.tasks.find(task => task.key === key);
    expect(was('S1.2.1')).toMatchObject({ status: 'done', finished_at: '2026-03-02T08:17:00Z' });
    expect(was('S1.3')).toMatchObject({ title: 'Document slugs', tags: [], depends_on: ['S1.1', 'S1.2'] });
    expect(was('S1.2')).toMatchObject({ status: 'pending', started_at: null });
    must(undoChange(database, clock, { project_id: 1, key: 'S2.1', agent: 'ann' }));
    expect(must(km.task(1, 'S2.1'))).toMatchObject({ status: 'pending', branch: null });
    const memory = createMemory(database.sqlite, clock, text => text);
    expect((await memory.queryMemory('digits of slugs', { projectId: 1 }))[0]).toMatchObject({ task_key: 'S1.1' });
    const journal = createJournal(database.sqlite, clock, () => false);
    expect(journal.runs(1)).toHaveLength(1);
    const queued = database.sqlite.prepare('SELECT count(*) FROM task_search_queue').pluck().get();
    expect(queued).toBe(10);
  });
});

describe('a newer database', () => {
  const newer = (folder: string) => {
    const file = join(folder, 'llmclis.db');
    const sqlite = connect(file, { readonly: false, timeout: 100 });
    sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE later (id integer)');
    sqlite.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    return { file, sqlite };
  };
  const bytesIn = (folder: string) =>
    readdirSync(folder).map(name => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);

  it('is refused byte for byte untouched, and nothing is put beside it', () => {
    const folder = temporaryFolder();
    const { file, sqlite } = newer(folder);
    sqlite.close();
    for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    const before = bytesIn(folder);
    expect(before.map(([name]) => name)).toEqual(['llmclis.db']);
    expect(codeOf(openDatabase(file, options))).toBe('database.newer');
    expect(bytesIn(folder)).toEqual(before);
  });

  it('is refused with what a killed process left beside it untouched', () => {
    const [folder, killed] = [temporaryFolder(), temporaryFolder()];
    const { file, sqlite } = newer(folder);
    for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, join(killed, `llmclis.db${end}`));
    sqlite.close();
    const before = bytesIn(killed);
    expect(codeOf(openDatabase(join(killed, 'llmclis.db'), options))).toBe('database.newer');
    expect(bytesIn(killed).filter(([name]) => name !== 'llmclis.db-shm')).toEqual(before);
  });
});

describe('the migrations', () => {
  const files = readdirSync(MIGRATIONS).filter(name => name.endsWith('.sql'));

  it('of released versions never change', () => {
    const released = [
      '0000_tables',
      '0001_triggers',
      '0002_depth',
      '0003_depth_triggers',
      '0004_grants',
      '0005_memory',
      '0006_memory_triggers',
    ];
    const hashes = released.map(name =>
      createHash('sha256')
        .update(readFileSync(join(MIGRATIONS, `${name}.sql`)))
        .digest('hex'),
    );
    expect(hashes).toEqual([
      '9a20d6401ec0d8e78db575277858f185a3a411c332789007aa183f39159c5b55',
      'ae4be0ae0fc72784c580a769e39e69b2cfc3133e8de497528270921d61f72136',
      '7e2454bc6f663281a982d085bab8cb95cb59892d9f0a44c390a8f2a9dc2ebf76',
      'd8f4c6afa22d69eec7ca920c1e93afe9364fb7d6b8c8a7c46aa71f80d58ffbdd',
      'b76703111426562834817b08db68b9a09af2a4b4fbdad0df4d041498115c2986',
      'c0226d7b2622fc1a3389e0a761469e02355c3534b84baafeeaf312f2613af4ca',
      'fe41a95b3ca043043a6611dbf74f881ab6c4f12d3107755417bb18abaa7b0f01',
    ]);
  });

  it('only add: none takes a table or a column away, or gives it another name', () => {
    const takes =
      /\bDROP\s+(?:TABLE|COLUMN|VIEW)\b|\bALTER\s+TABLE\s+\S+\s+(?:DROP|RENAME)\b|\bDELETE\s+FROM\b|\bwritable_schema\b/i;
    // What a trigger will do later is no part of the migration.
    const plain = (name: string): string =>
      readFileSync(join(MIGRATIONS, name), 'utf8').replace(/--.*$|\bCREATE TRIGGER[\s\S]*?\nEND;/gm, '');
    expect(files.filter(name => takes.test(plain(name)))).toEqual([]);
    expect(takes.test('ALTER TABLE `tasks` DROP COLUMN `a`')).toBe(true);
  });
});
