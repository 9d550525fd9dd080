import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import { afterAll, describe, expect, it } from 'vitest';
import { changeNumber, openDatabase } from '../../src/km/database.ts';
import * as permissions from '../../src/km/permissions/schema.ts';
import * as km from '../../src/km/schema.ts';
import { SCHEMA_VERSION } from '../../src/km/schema-version.ts';
import { connect } from '../../src/km/sqlite.ts';
import * as memory from '../../src/memory/schema.ts';
import * as orchestrator from '../../src/orchestrator/schema.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, must } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'llmclis-database-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const options = { migrations: MIGRATIONS };

describe('openDatabase', () => {
  it('makes the folder, the file and the tables', () => {
    const file = join(folder, 'new', 'home', 'llmclis.db');
    const { sqlite } = must(openDatabase(file, options));
    expect(sqlite.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(sqlite.prepare('SELECT count(*) FROM tasks').pluck().get()).toBe(0);
    sqlite.close();
  });

  it('has another number after any connection changed something, and the same when none did', () => {
    const file = join(folder, 'watched.db');
    const [one, two] = [must(openDatabase(file, options)).sqlite, must(openDatabase(file, options)).sqlite];
    const add = "INSERT INTO projects (name, root, created_at, updated_at) VALUES ('a', ?, '', '')";
    const numbers = [changeNumber(one), changeNumber(one)];
    one.prepare(add).run('/a');
    numbers.push(changeNumber(one));
    two.prepare(add).run('/b');
    numbers.push(changeNumber(one), changeNumber(one));
    for (const sqlite of [one, two]) sqlite.close();
    const [before, still, own, others, end] = numbers;
    expect([still, end]).toEqual([before, others]);
    expect(new Set([before, own, others]).size).toBe(3);
  });

  it('counts as many migrations as there are files', () => {
    expect(readdirSync(MIGRATIONS).filter(name => name.endsWith('.sql'))).toHaveLength(SCHEMA_VERSION);
  });

  it('reads no migration when the file is up to date', () => {
    const file = join(folder, 'again.db');
    must(openDatabase(file, options)).sqlite.close();
    const again = openDatabase(file, { migrations: join(folder, 'nowhere') });
    must(again).sqlite.close();
    expect(codeOf(again)).toBe('ok');
  });

  it('brings a database of the first format up to date', () => {
    const file = join(folder, 'first.db');
    const first = connect(file, { readonly: false, timeout: 100 });
    const [tables = ''] = readdirSync(MIGRATIONS).filter(name => name.startsWith('0000_'));
    first.exec(readFileSync(join(MIGRATIONS, tables), 'utf8'));
    first.pragma('user_version = 1');
    first.close();
    const { sqlite } = must(openDatabase(file, options));
    const triggers = sqlite.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").pluck().get();
    expect(triggers).toBeGreaterThan(5);
    sqlite.close();
  });

  it('refuses a newer database and leaves its bytes alone', () => {
    const file = join(folder, 'newer.db');
    const newer = connect(file, { readonly: false, timeout: 100 });
    newer.exec(`CREATE TABLE later (id integer); PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    newer.close();
    const before = readFileSync(file);
    const opened = openDatabase(file, options);
    expect(codeOf(opened)).toBe('database.newer');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('says what is wrong with a file that is no database', () => {
    const file = join(folder, 'text.db');
    writeFileSync(file, 'This is a text, and long enough to be read as the header of a database file.'.repeat(20));
    const opened = openDatabase(file, options);
    expect(codeOf(opened)).toBe('database.unusable');
    expect(opened.ok ? '' : opened.error.message).toContain(file);
  });

  it('says what is wrong when the place is not a folder', () => {
    const file = join(folder, 'text.db', 'llmclis.db');
    writeFileSync(join(folder, 'text.db'), 'a file');
    expect(codeOf(openDatabase(file, options))).toBe('database.unusable');
  });

  it('keeps nothing of a migration that fails half way', () => {
    const broken = mkdtempSync(join(folder, 'migrations-'));
    for (const name of readdirSync(MIGRATIONS).filter(name => name.startsWith('0000_')))
      copyFileSync(join(MIGRATIONS, name), join(broken, name));
    writeFileSync(join(broken, '0001_broken.sql'), 'CREATE TABLE fine (id integer); CREATE TABLE tasks (id integer);');
    const file = join(folder, 'half.db');
    expect(codeOf(openDatabase(file, { migrations: broken }))).toBe('database.unusable');
    const left = connect(file, { readonly: true, timeout: 100 });
    expect(left.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
    left.close();
    must(openDatabase(file, options)).sqlite.close();
  });

  it('reads without writing when asked to, and only what is there', () => {
    const file = join(folder, 'readonly.db');
    expect(codeOf(openDatabase(file, { ...options, readonly: true }))).toBe('database.unusable');
    expect(existsSync(file)).toBe(false);
    must(openDatabase(file, options)).sqlite.close();
    const { sqlite } = must(openDatabase(file, { ...options, readonly: true }));
    expect(() => sqlite.exec('CREATE TABLE more (id integer)')).toThrow(/readonly/);
    sqlite.close();
  });

  it('can be made by several processes at once', async () => {
    const run = promisify(execFile);
    const script = `
      import { openDatabase } from ${JSON.stringify(new URL('../../src/km/database.ts', import.meta.url).href)};
      for (const name of process.argv.slice(2)) {
        const opened = openDatabase(name, { migrations: process.argv[1] });
        if (!opened.ok) throw new Error(opened.error.message);
        opened.value.sqlite.prepare('SELECT count(*) FROM tasks').get();
      }`;
    const files = Array.from({ length: 12 }, (_, index) => join(folder, `together-${index}.db`));
    const args = ['--input-type=module', '-e', script, MIGRATIONS, ...files];
    await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, args)));
    for (const file of files) must(openDatabase(file, options)).sqlite.close();
  });

  it('has exactly the tables, columns and indexes that are declared', () => {
    const { sqlite } = makeWorld().database;
    const names = (sql: string): unknown[] => sqlite.prepare(sql).pluck().all().toSorted();
    const declared = [km, permissions, memory, orchestrator].flatMap(room => Object.values(room)).map(getTableConfig);
    expect(
      names(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'task_search%'",
      ),
    ).toEqual(declared.map(table => table.name).toSorted());
    for (const table of declared)
      expect(names(`SELECT name FROM pragma_table_info('${table.name}')`)).toEqual(
        table.columns.map(column => column.name).toSorted(),
      );
    const indexes = names("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
    expect(indexes).toEqual(
      expect.arrayContaining(declared.flatMap(table => table.indexes.map(one => one.config.name))),
    );
  });

  it('gives typed queries on the same connection', async () => {
    const world = makeWorld();
    addTasks(world, { A: { tags: ['core'] } });
    const { tasks } = km;
    const orm = await world.database.orm();
    const rows = orm.select({ key: tasks.key, tags: tasks.tags }).from(tasks).where(eq(tasks.key, 'A')).all();
    expect(rows).toEqual([{ key: 'A', tags: ['core'] }]);
  });
});
