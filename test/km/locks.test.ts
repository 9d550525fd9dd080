import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/failure.ts';
import { connect, PATIENCE_MS } from '../../src/km/sqlite.ts';
import { begin, patiently } from '../../src/km/transaction.ts';
import { temporaryFolder } from '../support/repository.ts';
import { addTasks, codeOf, makeWorld, messageOf, must } from './fixtures.ts';

const EVENLY = { random: () => 0.5 };

/** A second process's connection, as it were. */
function twoConnections() {
  const file = join(temporaryFolder(), 'llmclis.db');
  const world = makeWorld(file);
  const other = connect(file, { readonly: false, timeout: PATIENCE_MS });
  return { file, world, other };
}

describe('the lock of the database', () => {
  it('ends in a failure that may be tried again when nobody gives it back', () => {
    const { world, other } = twoConnections();
    other.exec('BEGIN IMMEDIATE');
    const refused = begin(world.database.sqlite, EVENLY, 20);
    expect(codeOf(refused)).toBe('database.busy');
    expect(messageOf(refused)).toContain('Nothing was written');
    other.exec('ROLLBACK');
    expect(codeOf(begin(world.database.sqlite, EVENLY, 20))).toBe('ok');
  });

  it('is waited for, in even waits that chance spreads', () => {
    const { world, other } = twoConnections();
    other.exec('BEGIN IMMEDIATE');
    let asked = 0;
    const chance = {
      random() {
        asked += 1;
        // The other process is done while this one waits for the fourth time.
        if (asked === 4) other.exec('COMMIT');
        return 0;
      },
    };
    expect(codeOf(begin(world.database.sqlite, chance))).toBe('ok');
    expect(asked).toBe(4);
  });

  it('is waited for by all that writes, through a process that holds it', async () => {
    const { file, world } = twoConnections();
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      const Database = require('better-sqlite3');
      const db = new Database(workerData.file);
      db.exec('BEGIN IMMEDIATE');
      parentPort.postMessage('held');
      Atomics.wait(workerData.gate, 0, 0);
      Atomics.wait(workerData.gate, 1, 0, 30);
      db.exec('COMMIT');`;
    const gate = new Int32Array(new SharedArrayBuffer(8));
    const holder = new Worker(code, { eval: true, workerData: { file, gate } });
    await new Promise(resolve => holder.once('message', resolve));
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    // This thread waits now, and only the other one can end that.
    expect(addTasks(world, { A: [] })).toEqual({ A: 1 });
    await holder.terminate();
  });

  it('leaves other failures as they are', () => {
    const broken = (): never => {
      throw new TypeError('no');
    };
    expect(() => patiently(EVENLY, 20, broken)).toThrow(TypeError);
    expect(must(patiently(EVENLY, 20, () => 7))).toBe(7);
  });

  it('undoes the whole where a part of the work fails, and leaves no transaction open', () => {
    const { world } = twoConnections();
    const { km, project, database } = world;
    const add = () => must(km.addTask({ project_id: project, key: 'A', title: 'A' }, 'w'));
    expect(() =>
      km.transaction(() => {
        add();
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(database.sqlite.inTransaction).toBe(false);
    expect(codeOf(km.task(project, 'A'))).toBe('input.not_found');
    km.transaction(() => {
      add();
      return ok(undefined);
    });
    expect(codeOf(km.task(project, 'A'))).toBe('ok');
  });
});
