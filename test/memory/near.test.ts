import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alikeQuery, nearConsumer } from '../../src/memory/record/near.ts';
import { differences, jaccard, wordSet } from '../../src/memory/record/similar.ts';
import { must } from '../km/fixtures.ts';
import { makeRecord } from './record-fixtures.ts';

function makeNear() {
  const world = makeRecord();
  const consumer = nearConsumer(world.sqlite, world.clock);
  const follow = (...ids: readonly number[]) =>
    consumer.apply(
      ids.map((memory_id, seq) => ({ seq: seq + 1, memory_id, project_id: 1 })),
      new AbortController().signal,
    );
  const near = (id: number) =>
    world.show(id).links.flatMap(({ kind, id: other, differs }) => (kind === 'near' ? [{ id: other, differs }] : []));
  return { ...world, follow, near };
}

describe('entries that say nearly the same', () => {
  it('are linked, and stay two; what only numbers or names tell apart is shown as a contradiction to look at', async () => {
    const { say, follow, near } = makeNear();
    const one = say('The database listens on port 5432 of the server', { type: 'note' });
    const two = say('The database listens on port 5433 of the server', { type: 'decision' });
    const same = say('the database listens, on port 5432 of the server!', { type: 'lesson' });
    const far = say('Slugs keep their dots and lose their spaces', { type: 'note' });
    await follow(one.id, two.id, same.id, far.id);
    expect(near(one.id)).toEqual([
      { id: two.id, differs: ['5432', '5433'] },
      { id: same.id, differs: null },
    ]);
    expect(near(far.id)).toEqual([]);
    await follow(one.id, two.id, same.id);
    expect(near(one.id)).toHaveLength(2);
  });

  it('are compared in one project, kind and scope alone', async () => {
    const { say, follow, near } = makeNear();
    const text = (n: number) => `The parser of plan files keeps all comments it meets ${n}`;
    const one = say(text(1), { type: 'note' });
    const others = [
      say(text(2), { type: 'code_snippet' }),
      say(text(3), { type: 'note', project: 2 }),
      say(text(4), { type: 'note', task: 4 }),
      say(text(5), { type: 'note', scope: 'global' }),
    ];
    const talk = [1, 2].map(n => say(`Thanks, that is a great idea for ${n}`, { type: 'raw_interaction' }));
    await follow(...talk.map(({ id }) => id));
    expect(near(talk[0]?.id ?? 0)).toEqual([]);
    const tasks = [say(text(6), { type: 'note', task: 5 }), say(text(7), { type: 'note', task: 5 })];
    await follow(one.id, ...others.map(({ id }) => id), ...tasks.map(({ id }) => id));
    expect(near(one.id)).toEqual([]);
    expect(near(tasks[0]?.id ?? 0)).toEqual([{ id: tasks[1]?.id, differs: ['6', '7'] }]);
  });

  it('lose their link when one of them says something else, is replaced or wrong', async () => {
    const { say, follow, near, record, change } = makeNear();
    const [one, two] = [
      say('We keep the dates in UTC always', { type: 'note' }),
      say('We keep all dates in UTC always', { type: 'note' }),
    ];
    await follow(one.id, two.id);
    expect(near(one.id)).toHaveLength(1);
    must(record.edit({ id: two.id, text: 'Slugs have dots', projectId: 1, agent: 'person' }));
    await follow(two.id);
    expect(near(one.id)).toEqual([]);
    must(record.edit({ id: two.id, text: 'We keep all dates in UTC always', projectId: 1, agent: 'person' }));
    await follow(two.id);
    expect(near(one.id)).toHaveLength(1);
    must(change('wrong', two.id));
    await follow(two.id);
    expect(near(one.id)).toEqual([]);
  });

  it('are found by a few of their words, whichever words one of them lacks', () => {
    const world = makeRecord();
    world.sqlite.exec("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')");
    const finds = world.sqlite.prepare('SELECT 1 FROM t WHERE t MATCH ?');
    const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,9}$|^\d{1,5}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), words, (all, lacks, more) => {
        const other = [...all.filter((_, place) => lacks[place] === false), ...more.slice(0, 3)];
        const [text, changed] = [all.join(' '), other.join(' ')];
        if (jaccard(wordSet(text), wordSet(changed)) < 0.7) return;
        world.sqlite.exec('DELETE FROM t');
        world.sqlite.prepare('INSERT INTO t (text) VALUES (?)').run(changed);
        const query = alikeQuery(text);
        expect(query === null ? undefined : finds.get(query)).toBeDefined();
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});

describe('differences', () => {
  it('are numbers and identifiers alone', () => {
    expect(differences('Retry after 30 s', 'Retry after 45 s')).toEqual(['30', '45']);
    expect(differences('Call parseDate first', 'Call parseTime first')).toEqual(['parseDate', 'parseTime']);
    expect(differences('It is in src/a.js now', 'It is in src/b.js now')).toEqual(['src/a.js', 'src/b.js']);
    expect(differences('Dates are good', 'Dates are bad')).toBeNull();
    expect(differences('Retry after 30 s', 'Retry after 30 s, always')).toBeNull();
    expect(differences('Same words', 'same words')).toBeNull();
  });
});
