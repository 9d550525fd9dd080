import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { err, failure, ok } from '../../src/core/failure.ts';
import { openDatabase } from '../../src/km/database.ts';
import { createKm } from '../../src/km/repository.ts';
import { type BackupOptions, backupDatabase } from '../../src/km/safety/backup.ts';
import { type RestoreOptions, restoreDatabase } from '../../src/km/safety/restore.ts';
import { SCHEMA_VERSION } from '../../src/km/schema-version.ts';
import { connect } from '../../src/km/sqlite.ts';
import { temporaryFolder } from '../support/repository.ts';
import { addTasks, codeOf, MIGRATIONS, messageOf, must, testClock, type World } from './fixtures.ts';
import { copyDatabase, dump, fullWorld, opensAndWrites, print, printFile, runWorker } from './safety-fixtures.ts';

function place() {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const restore = (file: string, more: Partial<RestoreOptions> = {}) =>
    restoreDatabase({
      database: at('llmclis.db'),
      file,
      migrations: MIGRATIONS,
      keep: at('kept.db'),
      clock: testClock(),
      allowed: () => ok(undefined),
      ...more,
    });
  return { folder, at, restore };
}
const contentOf = ({ database }: World): string => print(dump(database.sqlite));
const backup = (from: string, to: string, options?: BackupOptions) => backupDatabase(from, to, options);

describe('a backup', () => {
  it('is one file with the same content, and says what is in it', async () => {
    const { folder, at } = place();
    const world = fullWorld(at('llmclis.db'));
    const made = must(await backup(at('llmclis.db'), at('deep/er/copy.db')));
    expect(made).toMatchObject({ schema: SCHEMA_VERSION, projects: 2, tasks: 7, file: at('deep/er/copy.db') });
    expect(made.bytes).toBe(readFileSync(made.file).length);
    expect(printFile(made.file)).toEqual(contentOf(world));
    expect(readdirSync(at('deep/er'))).toEqual(['copy.db']);
    expect(folder).toBeTruthy();
  });

  it('is of one moment while others write', async () => {
    const { at } = place();
    const world = fullWorld(at('llmclis.db'), 3000);
    const before = contentOf(world);
    let late = 0;
    const step = (): void => {
      late += 1;
      addTasks(world, { [`S9.${late}`]: { parent: 'S1' } });
    };
    must(await backup(at('llmclis.db'), at('copy.db'), { step }));
    expect(late).toBeGreaterThan(1);
    expect(printFile(at('copy.db'))).toEqual(before);
  });

  it('replaces no file unless told to, and never the database itself', async () => {
    const { at } = place();
    fullWorld(at('llmclis.db'));
    writeFileSync(at('copy.db'), 'precious');
    expect(messageOf(await backup(at('llmclis.db'), at('copy.db')))).toContain('is there already');
    expect(readFileSync(at('copy.db'), 'utf8')).toBe('precious');
    must(await backup(at('llmclis.db'), at('copy.db'), { force: true }));
    expect(codeOf(await backup(at('llmclis.db'), at('llmclis.db'), { force: true }))).toBe('input.invalid');
  });

  it('says what to do where it cannot be written', async () => {
    const { at } = place();
    fullWorld(at('llmclis.db'));
    writeFileSync(at('file'), '');
    const refused = await backup(at('llmclis.db'), at('file/copy.db'));
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'database.unusable', hint: expect.stringContaining('llmclis backup FILE') },
    });
  });

  it('has its name only when it is whole, whenever it is killed', () => {
    const { at } = place();
    fullWorld(at('llmclis.db'), 1500).database.sqlite.close();
    const before = printFile(at('llmclis.db'));
    const { steps } = runWorker('backup', at('llmclis.db'), at('first.db'), 0);
    expect(steps).toBeGreaterThan(1);
    for (let step = 1; step <= steps; step += 1) {
      expect(runWorker('backup', at('llmclis.db'), at('copy.db'), step).signal).toBe('SIGKILL');
      expect(existsSync(at('copy.db'))).toBe(false);
    }
    expect(runWorker('backup', at('llmclis.db'), at('copy.db'), 0).status).toBe(0);
    expect(printFile(at('copy.db'))).toEqual(before);
    opensAndWrites(at('llmclis.db'));
  });
});

describe('what a killed backup leaves', () => {
  it('is taken away by the next one into that folder; what is not ours stays', async () => {
    const { folder, at } = place();
    fullWorld(at('llmclis.db'), 1500).database.sqlite.close();
    expect(runWorker('backup', at('llmclis.db'), at('copy.db'), 1).signal).toBe('SIGKILL');
    expect(readdirSync(folder).some(name => name.includes('.partial'))).toBe(true);
    const own = ['notes.1.partial', `other.db.${process.ppid}.partial`];
    for (const name of own) writeFileSync(at(name), 'SQLite is what this text is about.');
    must(await backup(at('llmclis.db'), at('copy.db')));
    expect(readdirSync(folder).filter(name => name.includes('.partial'))).toEqual(own);
  });
});

describe('restoring', () => {
  it('brings back what the backup holds and keeps what was there', async () => {
    const { at, restore } = place();
    const world = fullWorld(at('llmclis.db'));
    const old = contentOf(world);
    must(await backup(at('llmclis.db'), at('copy.db')));
    addTasks(world, { Late: {} });
    const present = contentOf(world);
    const restored = must(await restore(at('copy.db')));
    expect(restored).toMatchObject({ projects: 2, tasks: 7, file: at('copy.db'), kept: at('kept.db') });
    // The connection that was open all the time sees it, and can write.
    expect(contentOf(world)).toEqual(old);
    expect(printFile(at('kept.db'))).toEqual(present);
    addTasks(world, { More: {} });
    expect(readdirSync(at('.')).filter(name => name.includes('partial'))).toEqual([]);
  });

  it('shows others the old content or the new one while it goes on', async () => {
    const { at, restore } = place();
    const world = fullWorld(at('llmclis.db'), 20);
    must(await backup(at('llmclis.db'), at('small.db')));
    world.km.transaction(() =>
      addTasks(world, Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`B${n}`, { tags: ['big'] }]))),
    );
    must(await backup(at('llmclis.db'), at('big.db')));
    const reader = connect(at('llmclis.db'), { readonly: true, timeout: 1000 });
    const tasks = reader.prepare('SELECT count(*) FROM tasks').pluck();
    const seen: unknown[] = [];
    const step = (): void => void seen.push(tasks.get());
    must(await restore(at('small.db'), { step }));
    expect(tasks.get()).toBe(25);
    expect(new Set(seen)).toEqual(new Set([3025]));
    must(await restore(at('big.db'), { step, keep: at('kept2.db') }));
    expect(tasks.get()).toBe(3025);
    expect(seen.length).toBeGreaterThan(4);
    expect(new Set(seen)).toEqual(new Set([3025, 25]));
    reader.close();
  });

  it('waits for another process that is writing', async () => {
    const { at, restore } = place();
    const world = fullWorld(at('llmclis.db'));
    must(await backup(at('llmclis.db'), at('copy.db')));
    const writer = connect(at('llmclis.db'), { readonly: false, timeout: 0 });
    writer.exec("BEGIN IMMEDIATE; UPDATE projects SET name = 'acknowledged' WHERE id = 1");
    let waits = 0;
    const clock = {
      ...testClock(),
      sleep: async () => {
        waits += 1;
        if (waits === 3) writer.exec('COMMIT');
      },
    };
    must(await restore(at('copy.db'), { clock }));
    expect(waits).toBeGreaterThanOrEqual(3);
    expect(world.km.listProjects()[0]?.name).toBe('demo');
    // What was written last is in what is kept.
    expect(readFileSync(at('kept.db'), 'latin1')).toContain('acknowledged');
    writer.close();
  });

  it('changes nothing where it is not allowed, also when that shows late', async () => {
    const { at, restore } = place();
    const world = fullWorld(at('llmclis.db'));
    must(await backup(at('llmclis.db'), at('copy.db')));
    addTasks(world, { Late: {} });
    const present = contentOf(world);
    const busy = err(failure('run.busy', 'A run is going.', 'Stop it.'));
    expect(codeOf(await restore(at('copy.db'), { allowed: () => busy }))).toBe('run.busy');
    expect(contentOf(world)).toEqual(present);
    addTasks(world, { Later: {} });
  });

  it('refuses what is no whole backup, and leaves the database alone', async () => {
    const { at, restore } = place();
    const world = fullWorld(at('llmclis.db'));
    const present = contentOf(world);
    must(await backup(at('llmclis.db'), at('copy.db')));
    const bytes = readFileSync(at('copy.db'));
    writeFileSync(at('torn.db'), bytes.subarray(0, bytes.length / 2));
    writeFileSync(at('text.db'), 'Dear diary, '.repeat(100));
    connect(at('empty.db'), { readonly: false, timeout: 0 }).exec('CREATE TABLE mine (id)').close();
    copyDatabase(at('copy.db'), at('newer.db'));
    const newer = connect(at('newer.db'), { readonly: false, timeout: 0 });
    newer.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    newer.close();
    const codes = [];
    for (const name of ['torn.db', 'text.db', 'empty.db', 'newer.db', 'nowhere.db'])
      codes.push(codeOf(await restore(at(name))));
    expect(codes).toEqual(['input.invalid', 'input.invalid', 'input.invalid', 'database.newer', 'input.not_found']);
    expect(contentOf(world)).toEqual(present);
    expect(existsSync(at('kept.db'))).toBe(false);
  });

  it('takes the place of a database that cannot be read, and keeps that too', async () => {
    const { at, restore } = place();
    const world = fullWorld(at('llmclis.db'));
    must(await backup(at('llmclis.db'), at('copy.db')));
    const good = contentOf(world);
    world.database.sqlite.close();
    const broken = Buffer.alloc(20_000, 'x');
    writeFileSync(at('llmclis.db'), broken);
    must(await restore(at('copy.db')));
    expect(printFile(at('llmclis.db'))).toEqual(good);
    expect(readFileSync(at('kept.db')).equals(broken)).toBe(true);
    opensAndWrites(at('llmclis.db'));
  });

  it('brings one of an older format up to date', async () => {
    const { at, restore } = place();
    const old = connect(at('old.db'), { readonly: false, timeout: 0 });
    for (const name of readdirSync(MIGRATIONS).filter(name => /^000[01]_.*sql$/.test(name)))
      old.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
    old.exec(
      "INSERT INTO projects (name, root, created_at, updated_at) VALUES ('old', '/old', '', ''); PRAGMA user_version = 2",
    );
    old.close();
    const before = readFileSync(at('old.db'));
    expect(must(await restore(at('old.db')))).toMatchObject({ schema: SCHEMA_VERSION, projects: 1, kept: null });
    expect(readFileSync(at('old.db')).equals(before)).toBe(true);
    const database = must(openDatabase(at('llmclis.db'), { migrations: MIGRATIONS }));
    expect(createKm(database, testClock()).listProjects()).toMatchObject([{ name: 'old' }]);
    database.sqlite.close();
  });

  it('leaves the old content or the new one, whenever it is killed', async () => {
    const { at } = place();
    const world = fullWorld(at('start.db'), 1500);
    must(await backup(at('start.db'), at('copy.db')));
    addTasks(world, { Late: {} });
    world.database.sqlite.close();
    const [old, wanted] = [printFile(at('start.db')), printFile(at('copy.db'))];
    copyDatabase(at('start.db'), at('llmclis.db'));
    const { steps } = runWorker('restore', at('llmclis.db'), at('copy.db'), 0);
    expect(printFile(at('llmclis.db'))).toEqual(wanted);
    expect(steps).toBeGreaterThan(4);
    for (let step = 1; step <= steps; step += 1) {
      copyDatabase(at('start.db'), at('llmclis.db'));
      expect(runWorker('restore', at('llmclis.db'), at('copy.db'), step).signal).toBe('SIGKILL');
      expect(printFile(at('llmclis.db'))).toEqual(old);
      opensAndWrites(at('llmclis.db'));
    }
  });
});
