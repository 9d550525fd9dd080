import { describe, expect, it } from 'vitest';
import type { DenseSearch } from '../../src/memory/dense.ts';
import { recall } from '../../src/memory/recall/recall.ts';
import { makeRecallWorld } from './recall-world.ts';

const QUESTION = 'What did the doctor say about the knee?';
const TURNS = ['I saw the doctor about my knee.', 'Did it hurt?', 'He told me to rest for a month.', 'See you then.'];

describe('recall in a talk', () => {
  it('lifts the turns beside what was found in a stream of short turns', async () => {
    const { talk, ask } = makeRecallWorld();
    const ids = talk(TURNS);
    const hits = await ask(QUESTION);
    expect(hits[0]?.id).toBe(ids[0]);
    expect(hits.map(hit => hit.id)).toContain(ids[2]);
    expect(hits.find(hit => hit.id === ids[2])?.parts.neighbours).toBeGreaterThan(0);
  });

  it('leaves long mixed messages to themselves', async () => {
    const { talk, ask } = makeRecallWorld();
    const long = ' There is much more to tell of other things.'.repeat(20);
    const ids = talk(TURNS.map(turn => turn + long));
    const hits = await ask('doctor knee');
    expect(hits.map(hit => hit.id)).toEqual([ids[0]]);
    expect(hits[0]?.parts.neighbours).toBeUndefined();
  });

  it('prefers what the named speaker said', async () => {
    const { talk, ask } = makeRecallWorld();
    const [ada, ben] = talk(['My garden has roses.', 'My garden has tulips.', 'Nice.', 'Bye.']);
    expect((await ask('What is in the garden of Ada?'))[0]?.id).toBe(ada);
    expect((await ask("What is in Ben's garden?"))[0]?.id).toBe(ben);
  });

  it('gives an answer more than a turn that only asks', async () => {
    const { talk, ask } = makeRecallWorld();
    const ids = talk(['Which trail is it?', 'The ridge trail, since Tuesday.', 'Good.', 'Right.']);
    expect((await ask('When did the trail open?'))[0]?.id).toBe(ids[1]);
  });
});

describe('what an answer holds', () => {
  it('has a quota for summaries, so that they do not crowd out facts and lessons', async () => {
    const { add, ask } = makeRecallWorld();
    for (let index = 0; index < 8; index += 1)
      add(`Deploy deploy deploy went well, part ${index}: deploy of the service.`, { type: 'task_summary' });
    const lesson = add('A deploy needs the migration first.', { type: 'lesson' });
    const fact = add('The deploy key is in the vault.', { type: 'fact' });
    const note = add('Never deploy on Friday.', { type: 'note' });
    const hits = await ask('deploy', { topK: 5 });
    expect(hits.filter(hit => hit.type === 'task_summary')).toHaveLength(2);
    expect(hits.map(hit => hit.id)).toEqual(expect.arrayContaining([lesson, fact, note]));
    expect(await ask('deploy', { topK: 5, type: 'task_summary' })).toHaveLength(5);
    const summaries = (await ask('deploy', { topK: 8 })).filter(hit => hit.type === 'task_summary');
    expect(summaries.length).toBe(5);
  });

  it('does not give the same twice, and never takes other numbers or a not for the same', async () => {
    const { add, ask, memory } = makeRecallWorld();
    const words = 'the database of the staging server listens on port';
    const first = add(`${words} 5432.`);
    add(`The database of the staging server listens on port: 5432!`);
    const other = add(`${words} 5433.`);
    const not = add(`${words} 5432 not.`);
    const ids = (await ask('staging database port', { topK: 9 })).map(hit => hit.id);
    expect(ids.toSorted((a, b) => a - b)).toEqual([first, other, not]);
    const { left_out } = await memory.explainMemory('staging database port', { projectId: 1 });
    expect(left_out).toEqual([expect.objectContaining({ because: 'duplicate' })]);
  });

  it('holds what replaced a statement, never the stale one above it', async () => {
    const { add, ask } = makeRecallWorld();
    const old = add('The port of the database is 5432, port port port.', { options: { slot: 'db.port' } });
    const now = add('It listens on 6000 since the move.', { options: { slot: 'db.port' } });
    const keyless = add('Releases are cut on Friday, on Friday.', { type: 'decision' });
    const later = add('They come out each Monday.', { type: 'decision', options: { supersedes: keyless } });
    expect((await ask('port of the database')).map(hit => hit.id)).toEqual([now]);
    expect((await ask('releases on Friday')).map(hit => hit.id)).toEqual([later]);
    expect((await ask('port of the database', { all: true })).map(hit => hit.id)).toEqual([now, old]);
    expect((await ask('releases on Friday', { all: true })).map(hit => hit.id)).toEqual([later, keyless]);
  });

  it('answers as of a time with what was known then', async () => {
    const { add, ask, clock } = makeRecallWorld();
    const old = add('The port is 5432.', { options: { slot: 'db.port' } });
    clock.forward(3600);
    const then = clock.now().toISOString();
    clock.forward(3600);
    const now = add('The port is 6000.', { options: { slot: 'db.port' } });
    expect((await ask('port', { asOf: then })).map(hit => hit.id)).toEqual([old]);
    expect((await ask('port', { asOf: clock.now().toISOString() })).map(hit => hit.id)).toEqual([now]);
    expect(await ask('port', { asOf: '2020-01-01T00:00:00Z' })).toEqual([]);
  });

  it('leaves out what was only true until a time, from then on', async () => {
    const { add, ask, clock } = makeRecallWorld();
    const short = add('The freeze of releases holds.', { options: { valid_to: '2026-11-21T10:00:00Z' } });
    const long = add('A freeze of releases is rare.');
    expect((await ask('freeze', { topK: 1 })).map(hit => hit.id)).toEqual([short]);
    clock.forward(2 * 3600);
    expect((await ask('freeze', { topK: 1 })).map(hit => hit.id)).toEqual([long]);
  });

  it('does not age', async () => {
    const { add, ask, clock } = makeRecallWorld();
    const old = add('Slugs keep their dots always.');
    clock.forward(3 * 365 * 86_400);
    add('Slugs are short, and dots are rare in most other texts of this kind.');
    expect((await ask('slugs keep dots'))[0]?.id).toBe(old);
  });

  it('finds a statement of a large crowd of talk', async () => {
    const { add, ask, sqlite } = makeRecallWorld(false);
    const lesson = add('A retry without a limit never ends, in any of the services that we have.', { type: 'lesson' });
    sqlite.transaction(() => {
      for (let index = 0; index < 1_500; index += 1)
        add(`retry limit ${index}`, { type: 'raw_interaction', agent: 'Ada' });
    })();
    const hits = await ask('retry limit');
    expect(hits.map(hit => hit.id)).toContain(lesson);
  });
});

describe('vectors in recall', () => {
  const byId = (cosines: readonly (readonly [number, number])[], complete = true): DenseSearch => {
    return async (_query, { projectId }) => (projectId === 1 ? { cosines: new Map(cosines), complete } : null);
  };

  it('bring in what words do not find, with their part of the score', async () => {
    const { add, sqlite } = makeRecallWorld();
    const words = add('The automobile is red.');
    const meaning = add('Its colour is crimson.');
    const far = add('Lunch is at noon.');
    const dense = byId([
      [words, 0.5],
      [meaning, 0.9],
      [far, 0.1],
    ]);
    const hits = await recall(sqlite, 'automobile', { projectId: 1 }, dense);
    expect(hits.map(hit => hit.id)).toEqual([words, meaning]);
    expect(hits[1]?.parts.vector).toBeGreaterThan(0);
  });

  it('change nothing when they have nothing to say', async () => {
    const { talk, sqlite } = makeRecallWorld();
    const [first = 0, second = 0] = talk(TURNS);
    const alone = await recall(sqlite, QUESTION, { projectId: 1 }, null);
    const flat = byId([
      [first, 0.3],
      [second, 0.3],
    ]);
    for (const dense of [async () => null, byId([]), byId([[first, 0.4]]), flat])
      expect(await recall(sqlite, QUESTION, { projectId: 1 }, dense)).toEqual(alone);
  });

  it('never bring in what an answer may not hold', async () => {
    const { add, sqlite } = makeRecallWorld();
    const elsewhere = add('Another project.', { project: 2 });
    const stale = add('Port 1.', { options: { slot: 'p' } });
    const now = add('Port 2.', { options: { slot: 'p' } });
    const dense = byId([
      [elsewhere, 1],
      [stale, 0.9],
      [now, 0.1],
      [9999, 0.95],
    ]);
    expect((await recall(sqlite, 'something', { projectId: 1 }, dense)).map(hit => hit.id)).toEqual([now]);
  });
});
