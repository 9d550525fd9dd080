import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/km/database.ts';
import { isDue, markOf, newestBackup, startCheck } from '../../src/km/safety/start-check.ts';
import { placeOf } from '../../src/km/sqlite.ts';
import { temporaryFolder } from '../support/repository.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, messageOf, must } from './fixtures.ts';

const NOON = new Date('2026-11-21T12:00:00Z');
const later = (hours: number): Date => new Date(NOON.getTime() + hours * 3_600_000);

describe('the look at a database before a run', () => {
  it('is due the first time, after an unclean end, after a day, and after a clock that went back', () => {
    const file = join(temporaryFolder(), 'llmclis.db');
    const { database } = makeWorld(file);
    expect(isDue(file, NOON, false)).toBe(true);
    must(startCheck(database.sqlite, file, NOON, 'nowhere'));
    expect([isDue(file, NOON, false), isDue(file, later(23), false)]).toEqual([false, false]);
    expect([isDue(file, NOON, true), isDue(file, later(24), false), isDue(file, later(-1), false)]).toEqual([
      true,
      true,
      true,
    ]);
    writeFileSync(markOf(file), 'no time');
    expect(isDue(file, NOON, false)).toBe(true);
  });

  it('finds damage, names the newest backup, and writes down no look', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'llmclis.db');
    const world = makeWorld(file);
    addTasks(world, Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`T${at}`, {}])));
    world.database.sqlite.close();
    const bytes = readFileSync(file);
    const page = bytes.lastIndexOf('T399') & ~4095;
    writeFileSync(file, bytes.fill(0x5a, page, page + 16));
    for (const name of ['llmclis-20261119-120000.db', 'llmclis-20261120-120000.db', 'zebra.db'])
      writeFileSync(join(folder, name), '');
    const { sqlite } = must(openDatabase(file, { migrations: MIGRATIONS }));
    const looked = startCheck(sqlite, file, NOON, folder);
    sqlite.close();
    expect(codeOf(looked)).toBe('database.unusable');
    expect(messageOf(looked)).toContain('damaged');
    expect(looked.ok ? '' : looked.error.hint).toContain(join(folder, 'llmclis-20261120-120000.db'));
    expect(isDue(file, NOON, false)).toBe(true);
    expect(newestBackup(join(folder, 'none'))).toBeNull();
  });
});

describe('the place of an open database', () => {
  it('is told to be another one when the file is gone or replaced', () => {
    const file = join(temporaryFolder(), 'llmclis.db');
    const { sqlite } = makeWorld(file).database;
    const inPlace = placeOf(sqlite);
    expect(inPlace()).toBe(true);
    const bytes = readFileSync(file);
    rmSync(file);
    expect(inPlace()).toBe(false);
    writeFileSync(`${file}.new`, bytes);
    writeFileSync(file, bytes);
    expect(inPlace()).toBe(false);
    expect(placeOf(makeWorld().database.sqlite)()).toBe(true);
  });
});
