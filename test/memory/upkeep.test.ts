import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { failure, Refused } from '../../src/core/failure.ts';
import { type Change, type Consumer, lag, lastChange, prune, register, startOver } from '../../src/memory/changes.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { makeWorld, type World } from '../km/fixtures.ts';
import { addEntry, quiet } from './index-histories.ts';

const worlds: World[] = [];
afterEach(() => {
  for (const { database } of worlds.splice(0)) database.sqlite.close();
});
function newWorld(file?: string): World {
  const world = makeWorld(file);
  worlds.push(world);
  return world;
}

const add = (world: World, text: string): number => addEntry(world, { project: 1, task: null, type: 'note', text });
const change = ({ database: { sqlite } }: World, id: number, type: string): void => {
  sqlite.prepare('UPDATE memories SET type = ? WHERE id = ?').run(type, id);
};
const drop = ({ database: { sqlite } }: World, id: number): void => {
  sqlite.prepare('DELETE FROM memories WHERE id = ?').run(id);
};

/** Keeps the type of each entry; `stop` is called before each batch. */
function mirror({ database: { sqlite } }: World, name: string, stop: (changes: readonly Change[]) => void = () => {}) {
  const held = new Map<number, string>();
  const consumer: Consumer = {
    name,
    batch: 3,
    async apply(changes) {
      stop(changes);
      for (const { memory_id } of changes) {
        const type = sqlite.prepare<[number], string>('SELECT type FROM memories WHERE id = ?').pluck().get(memory_id);
        if (type === undefined) held.delete(memory_id);
        else held.set(memory_id, type);
      }
    },
  };
  return { held, consumer };
}
const record = ({ database: { sqlite } }: World): ReadonlyMap<number, string> =>
  new Map(sqlite.prepare<[], [number, string]>('SELECT id, type FROM memories').raw(true).all() as [number, string][]);

const unreachable = failure('provider.unreachable', 'The server is down.', 'Start it.');

describe('upkeep', () => {
  it('brings a follower to the record, whatever happened and wherever it was stopped', async () => {
    const action = fc.record({
      what: fc.constantFrom('add', 'change', 'drop', 'run', 'over', 'prune'),
      at: fc.nat({ max: 20 }),
      stop: fc.nat({ max: 4 }),
    });
    const property = fc.asyncProperty(fc.array(action, { maxLength: 40 }), async actions => {
      const world = newWorld();
      const { sqlite } = world.database;
      let left = Number.POSITIVE_INFINITY;
      const { held, consumer } = mirror(world, 'a', () => {
        left -= 1;
        if (left < 0) throw new Refused(unreachable);
      });
      const upkeep = createUpkeep(sqlite, world.clock, [consumer]);
      for (const { what, at, stop } of actions) {
        const ids = [...record(world).keys()];
        const id = ids[at % Math.max(1, ids.length)] ?? 0;
        if (what === 'add') add(world, `text ${lastChange(sqlite)}`);
        if (what === 'change') change(world, id, `type ${lastChange(sqlite)}`);
        if (what === 'drop') drop(world, id);
        if (what === 'over') startOver(sqlite, 'a');
        if (what === 'prune') prune(sqlite);
        left = stop;
        if (what === 'run') await upkeep.run({ signal: quiet, now: true });
      }
      left = Number.POSITIVE_INFINITY;
      await upkeep.run({ signal: quiet, now: true });
      expect(held).toEqual(record(world));
      expect(lag(sqlite, 'a')).toBe(0);
    });
    await fc.assert(property, { numRuns: 25, seed: 5 });
  });

  it('gives a new follower every entry, and the others nothing again', async () => {
    const world = newWorld();
    const [one, two] = [mirror(world, 'one'), mirror(world, 'two')];
    for (let number = 0; number < 10; number++) add(world, `text ${number}`);
    const run = (consumers: readonly Consumer[]) =>
      createUpkeep(world.database.sqlite, world.clock, consumers).run({ signal: quiet });
    expect((await run([one.consumer])).done).toBe(10);
    expect((await run([one.consumer, two.consumer])).done).toBe(10);
    expect(two.held).toEqual(record(world));
  });

  it('goes on where a rebuild was stopped', async () => {
    const world = newWorld();
    const { sqlite } = world.database;
    for (let number = 0; number < 10; number++) add(world, `text ${number}`);
    let batches = 0;
    const { consumer } = mirror(world, 'a', () => {
      batches += 1;
      if (batches === 3) throw new Refused(unreachable);
    });
    const stopped = await createUpkeep(sqlite, world.clock, [consumer]).run({ signal: quiet });
    expect(stopped).toMatchObject({ done: 6, waiting: 4, troubles: [{ name: 'a' }] });
    const other = await createUpkeep(sqlite, world.clock, [consumer]).run({ signal: quiet, now: true });
    expect(other).toMatchObject({ done: 4, waiting: 0, troubles: [] });
  });

  it('lets nothing be skipped when a follower starts over in the middle of a batch', async () => {
    const world = newWorld();
    const { sqlite } = world.database;
    for (let number = 0; number < 4; number++) add(world, `text ${number}`);
    let once = true;
    const { held, consumer } = mirror(world, 'a', () => {
      if (once) startOver(sqlite, 'a');
      once = false;
    });
    await createUpkeep(sqlite, world.clock, [consumer]).run({ signal: quiet });
    held.clear();
    once = true;
    add(world, 'one more');
    await createUpkeep(sqlite, world.clock, [consumer]).run({ signal: quiet });
    expect(held).toEqual(record(world));
  });

  it('leaves a follower alone that another process works on, until that one is silent for too long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmclis-upkeep-'));
    const world = newWorld(join(folder, 'llmclis.db'));
    const { sqlite } = world.database;
    add(world, 'text');
    const { consumer } = mirror(world, 'a');
    register(sqlite, 'a');
    sqlite
      .prepare("UPDATE memory_consumers SET holder = 'another', held_until = ?")
      .run(world.clock.now().getTime() + 60_000);
    const upkeep = createUpkeep(sqlite, world.clock, [consumer]);
    expect(await upkeep.run({ signal: quiet })).toMatchObject({ done: 0, busy: ['a'] });
    world.clock.forward(61);
    expect((await upkeep.run({ signal: quiet })).done).toBe(1);
    worlds.pop();
    sqlite.close();
    rmSync(folder, { recursive: true });
  });

  it('works on a follower once, also when it is called twice', async () => {
    const world = newWorld();
    for (let number = 0; number < 9; number++) add(world, `text ${number}`);
    const { consumer } = mirror(world, 'a');
    const slow = { ...consumer, apply: async (changes: readonly Change[]) => void setImmediate(() => changes) };
    const upkeep = createUpkeep(world.database.sqlite, world.clock, [slow]);
    const [one, two] = await Promise.all([upkeep.run({ signal: quiet }), upkeep.run({ signal: quiet })]);
    expect([one.done, two.busy]).toEqual([9, ['a']]);
  });

  it('goes on with the others when one is in trouble, and tries that one again later', async () => {
    const world = newWorld();
    const { sqlite } = world.database;
    let down = true;
    const broken = mirror(world, 'broken', () => {
      if (down) throw new Refused(unreachable);
    });
    const well = mirror(world, 'well');
    const upkeep = createUpkeep(sqlite, world.clock, [broken.consumer, well.consumer]);
    add(world, 'text');
    const first = await upkeep.run({ signal: quiet });
    expect(first.troubles).toEqual([{ name: 'broken', failure: unreachable }]);
    expect(well.held.size).toBe(1);
    expect(upkeep.lag()[0]).toMatchObject({ waiting: 1, trouble: 'The server is down.', retry_at: expect.any(String) });
    down = false;
    expect((await upkeep.run({ signal: quiet })).done).toBe(0);
    world.clock.forward(10);
    expect((await upkeep.run({ signal: quiet })).done).toBe(1);
    expect(upkeep.lag()[0]).toMatchObject({ waiting: 0, trouble: '', retry_at: null });
  });

  it('keeps the log short, also where a follower of before never comes back', async () => {
    const world = newWorld();
    const { sqlite } = world.database;
    const { consumer } = mirror(world, 'a');
    register(sqlite, 'gone');
    const id = add(world, 'text');
    sqlite.transaction(() => {
      for (let number = 0; number < 20_100; number++) change(world, id, `type ${number}`);
    })();
    await createUpkeep(sqlite, world.clock, [{ ...consumer, batch: 5_000 }]).run({ signal: quiet });
    expect(sqlite.prepare('SELECT count(*) AS rows FROM memory_changes').get()).toEqual({ rows: 0 });
    // It starts over when it does.
    const back = mirror(world, 'gone');
    await createUpkeep(sqlite, world.clock, [back.consumer]).run({ signal: quiet });
    expect(back.held).toEqual(record(world));
  });

  it('passes by what comes and goes of vectors where a follower asks for entries alone, and keeps no log for it', async () => {
    const world = newWorld();
    const { sqlite } = world.database;
    const seen: number[] = [];
    const words = mirror(world, 'words', changes => void seen.push(...changes.map(({ memory_id }) => memory_id)));
    const all = mirror(world, 'all');
    const upkeep = createUpkeep(sqlite, world.clock, [{ ...words.consumer, follows: 'entries' }, all.consumer]);
    const [one, two] = [add(world, 'one'), add(world, 'two')];
    await upkeep.run({ signal: quiet });
    expect(seen.splice(0)).toEqual([one, two]);
    const put = sqlite.prepare('INSERT INTO memory_vectors VALUES (1, 1, ?, 0, ?)');
    put.run(one, 'a');
    put.run(two, 'b');
    sqlite.prepare('DELETE FROM memory_vectors WHERE memory_id = ?').run(two);
    const waiting = () => upkeep.lag().map(({ name, waiting }) => `${name} ${waiting}`);
    expect(waiting()).toEqual(['words 0', 'all 3']);
    expect((await upkeep.run({ signal: quiet })).done).toBe(2);
    prune(sqlite);
    expect(sqlite.prepare('SELECT count(*) AS rows FROM memory_changes').get()).toEqual({ rows: 0 });
    put.run(two, 'b');
    change(world, one, 'changed');
    expect(waiting()).toEqual(['words 1', 'all 2']);
    await upkeep.run({ signal: quiet });
    expect(seen).toEqual([one]);
    expect(words.held).toEqual(record(world));
    expect(waiting()).toEqual(['words 0', 'all 0']);
  });

  it('stops at once when it is asked to, and nothing of it is taken for done', async () => {
    const world = newWorld();
    const { sqlite } = world.database;
    for (let number = 0; number < 9; number++) add(world, `text ${number}`);
    const stop = new AbortController();
    const { held, consumer } = mirror(world, 'a', () => {
      if (held.size >= 3) stop.abort(new Error('Enough.'));
      stop.signal.throwIfAborted();
    });
    const upkeep = createUpkeep(sqlite, world.clock, [consumer]);
    expect(await upkeep.run({ signal: stop.signal })).toMatchObject({ done: 3, waiting: 6, troubles: [] });
    await createUpkeep(sqlite, world.clock, [mirror(world, 'a').consumer]).run({ signal: quiet });
    expect(lag(sqlite, 'a')).toBe(0);
  });
});
