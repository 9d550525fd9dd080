import { describe, expect, it } from 'vitest';
import { slotOf } from '../../src/memory/record/slot.ts';
import { codeOf, messageOf, must } from '../km/fixtures.ts';
import { makeRecord } from './record-fixtures.ts';

describe('storeMemory', () => {
  it('keeps every field of where a text came from', () => {
    const { say, show, clock } = makeRecord();
    clock.forward(3600);
    const { id } = say('Slugs keep dots.', {
      ...{ type: 'task_summary', agent: 'coder', task: 7, task_key: 'S1.1', source: 'run:r1', model: 'small' },
      ...{ session: 's', run_id: 'r1', step: 3, file: 'src/slug.js', lines: '12-40', valid_from: '2026-01-02' },
    });
    expect(show(id)).toMatchObject({
      ...{ project_id: 1, task_id: 7, task_key: 'S1.1', type: 'task_summary', scope: 'task', text: 'Slugs keep dots.' },
      ...{ agent: 'coder', model: 'small', source: 'run:r1', session: 's', run_id: 'r1', step: 3, file: 'src/slug.js' },
      ...{ lines: '12-40', created_at: '2026-11-21T10:00:00Z', valid_from: '2026-01-02T00:00:00Z', valid_to: null },
      ...{ trust: 'agent', tokens: 4, seen: 1, pinned: false, status: 'live', slot: null, superseded_by: null },
      text_sha256: 'a752ebd56781adc04428de79461126467caadc609c0dcabc9e461e6da2b8ae7f',
      history: [{ at: '2026-11-21T10:00:00Z', agent: 'coder', action: 'stored', because: '', other_id: null }],
    });
  });

  it('counts the same text, and lets it hold as far and be trusted as much as its best saying', () => {
    const { say, show } = makeRecord();
    const first = say('Dates are UTC.', { agent: 'coder', task: 1, task_key: 'S1', type: 'note' });
    const again = say(' Dates are UTC.\n', { agent: 'tester', task: 2, type: 'decision' });
    expect(again).toEqual({ id: first.id, stored: false, status: 'live', superseded: [], contradicts: [] });
    expect(show(first.id)).toMatchObject({
      seen: 2,
      scope: 'project',
      task_key: 'S1',
      type: 'decision',
      trust: 'agent',
    });
    say('Dates are UTC.');
    expect(show(first.id)).toMatchObject({ seen: 3, trust: 'person' });
    expect(show(first.id).history.map(({ action, agent }) => [action, agent])).toEqual([
      ['stored', 'coder'],
      ['merged', 'tester'],
      ['merged', 'person'],
    ]);
    expect(say('Dates are UTC.', { project: 2 }).stored).toBe(true);
  });

  it('keeps what holds for every project once, and lets it take the place of the same text of one', async () => {
    const { say, show, found } = makeRecord();
    const ours = say('Tabs are two spaces.', { type: 'decision' });
    const all = say('Tabs are two spaces.', { type: 'decision', scope: 'global' });
    expect(all).toMatchObject({ stored: true, superseded: [ours.id] });
    expect(show(all.id)).toMatchObject({ project_id: 0, scope: 'global' });
    expect(say('Tabs are two spaces.', { project: 2 })).toMatchObject({ id: all.id, stored: false });
    expect(await found('tabs')).toEqual([all.id]);
  });

  it('lets a later statement of a slot take the place of the earlier one', async () => {
    const { say, show, found, clock } = makeRecord();
    const old = say('db.port = 5432');
    clock.forward(60);
    const now = say('db.port = 5433', { agent: 'person' });
    expect(now).toMatchObject({ stored: true, superseded: [old.id] });
    expect(show(old.id)).toMatchObject({
      ...{ status: 'superseded', superseded_by: now.id, valid_to: '2026-11-21T09:01:00Z' },
      history: [{ action: 'stored' }, { action: 'superseded', other_id: now.id }],
      links: [{ kind: 'supersedes', direction: 'from', id: now.id }],
    });
    expect(await found('db.port 5432')).toEqual([now.id]);
    expect(await found('db.port 5432', { all: true })).toContain(old.id);
    expect(await found('db.port', { asOf: '2026-11-21T09:00:30Z' })).toEqual([old.id]);
    clock.forward(60);
    expect(say('db.port = 5432')).toMatchObject({ stored: true, superseded: [now.id] });
  });

  it('puts a statement that became true earlier into its place in the past', () => {
    const { say, show } = makeRecord();
    const first = say('db.port = 1', { valid_from: '2026-01-01' });
    const last = say('db.port = 3', { valid_from: '2026-09-01' });
    const middle = say('db.port = 2', { valid_from: '2026-05-01' });
    expect(middle).toMatchObject({ stored: true, status: 'superseded', superseded: [] });
    expect(show(first.id).valid_to).toBe('2026-05-01T00:00:00Z');
    expect(show(middle.id)).toMatchObject({ valid_to: '2026-09-01T00:00:00Z', superseded_by: last.id });
    expect(show(last.id)).toMatchObject({ status: 'live', valid_to: null });
  });

  it('does not recall what has stopped being true', async () => {
    const { say, show, found, clock } = makeRecord();
    const over = say('The freeze ended in May.', { type: 'note', valid_from: '2026-04-01', valid_to: '2026-05-31' });
    const until = say('The freeze ends tomorrow.', { type: 'note', valid_to: '2026-11-22' });
    expect([over.status, show(until.id).status]).toEqual(['superseded', 'live']);
    expect(await found('freeze')).toEqual([until.id]);
    clock.forward(24 * 3600);
    expect(await found('freeze')).toEqual([]);
    expect(await found('freeze', { all: true })).toHaveLength(2);
  });

  it('recalls what is true now until the statement that follows it begins', async () => {
    const { say, show, found, clock } = makeRecord();
    const now = say('db.port = 5432');
    clock.forward(60);
    const next = say('db.port = 5433', { valid_from: '2026-11-22' });
    expect(show(now.id)).toMatchObject({ superseded_by: next.id, valid_to: '2026-11-22T00:00:00Z' });
    expect(await found('db.port')).toEqual([now.id]);
    const between = say('db.port = 5430');
    expect(await found('db.port')).toEqual([between.id]);
    clock.forward(24 * 3600);
    expect(await found('db.port')).toEqual([next.id]);
  });

  it('takes what has stopped being true for a new statement when it is said again', async () => {
    const { say, show, found, clock } = makeRecord();
    const old = say('db.port = 5432', { valid_to: '2026-11-22' });
    const freeze = say('Releases are frozen.', { valid_to: '2026-11-22' });
    clock.forward(24 * 3600);
    expect(say('db.port = 5433', { agent: 'coder' })).toMatchObject({ superseded: [], contradicts: [] });
    const again = say('Releases are frozen.');
    expect(again.stored).toBe(true);
    expect(await found('releases')).toEqual([again.id]);
    for (const { id } of [old, freeze])
      expect(show(id)).toMatchObject({ status: 'superseded', valid_to: '2026-11-22T00:00:00Z', superseded_by: null });
  });

  it('learns since when and until when a known text is true, from who is trusted as much', async () => {
    const { say, show, found } = makeRecord();
    const first = say('db.port = 1', { valid_from: '2026-01-01' });
    const last = say('db.port = 2', { valid_from: '2026-09-01' });
    say('db.port = 2', { valid_from: '2026-05-01', agent: 'coder' });
    expect(show(last.id).valid_from).toBe('2026-09-01T00:00:00Z');
    say('db.port = 2', { valid_from: '2026-05-01' });
    expect([show(first.id).valid_to, show(last.id).valid_from]).toEqual(Array(2).fill('2026-05-01T00:00:00Z'));
    say('db.port = 2', { valid_to: '2026-10-01' });
    expect(show(last.id)).toMatchObject({ status: 'superseded', valid_to: '2026-10-01T00:00:00Z' });
    expect(await found('db.port')).toEqual([]);
  });

  it('makes a statement of what was said by the way, and never the other way round', async () => {
    const { say, show, found } = makeRecord();
    const { id } = say('Bundle with rollup.', { type: 'tool_result', agent: 'coder' });
    say('Bundle with rollup.', { type: 'decision' });
    expect(show(id)).toMatchObject({ type: 'decision', trust: 'person' });
    expect(await found('decision rollup', { type: 'decision' })).toEqual([id]);
    say('Bundle with rollup.', { type: 'tool_result' });
    expect(show(id).type).toBe('decision');
  });

  it('names what replaced the entry that was to be replaced', () => {
    const { say, tell } = makeRecord();
    const old = say('We use npm.', { type: 'note' });
    const now = say('We use pnpm.', { type: 'note', supersedes: old.id });
    expect(say('We use pnpm.', { type: 'note', supersedes: old.id })).toMatchObject({ id: now.id, stored: false });
    expect(messageOf(tell('We use yarn.', { type: 'note', supersedes: old.id }))).toBe(
      `Entry ${old.id} was replaced by ${now.id} already.`,
    );
  });

  it('lets nothing replace what is trusted more: both stand, and it is told', () => {
    const { say, show } = makeRecord();
    const person = say('db.port = 5432');
    const agent = say('db.port = 9999', { agent: 'coder' });
    expect(agent).toMatchObject({ stored: true, superseded: [], contradicts: [person.id] });
    expect(show(person.id).status).toBe('live');
    expect(show(agent.id)).toMatchObject({
      ...{ status: 'live', slot: null, links: [{ kind: 'contradicts', direction: 'to', id: person.id }] },
      history: [{ action: 'stored', because: `contradicts ${person.id}, which is trusted more (person)` }],
    });
    const replaced = say('The port is 9999.', { agent: 'coder', type: 'note', supersedes: person.id });
    expect(replaced).toMatchObject({ superseded: [], contradicts: [person.id] });
    expect(say('db.port = 9999')).toMatchObject({ id: agent.id, stored: false, superseded: [person.id] });
    expect(show(agent.id)).toMatchObject({ slot: 'db.port', trust: 'person' });
  });

  it('replaces the entry that is named, and takes its slot', () => {
    const { say, show } = makeRecord();
    const old = say('max_size: 10');
    const now = say('We allow twenty now.', { type: 'note', supersedes: old.id });
    expect(now.superseded).toEqual([old.id]);
    expect(show(now.id).slot).toBe('max_size');
    expect(show(now.id).links).toMatchObject([
      { kind: 'supersedes', direction: 'to', id: old.id, status: 'superseded' },
    ]);
  });

  it('does not let anyone teach again what a person marked wrong', async () => {
    const { say, change, found, show } = makeRecord();
    const { id } = say('The cache is safe.', { agent: 'coder', type: 'note' });
    must(change('wrong', id));
    expect(say('The cache is safe.', { agent: 'coder', type: 'lesson' })).toMatchObject({
      id,
      stored: false,
      status: 'wrong',
    });
    expect(await found('cache')).toEqual([]);
    expect(show(id)).toMatchObject({ status: 'wrong', seen: 2 });
    must(change('restore', id));
    expect(await found('cache')).toEqual([id]);
  });

  it('refuses what cannot be kept, with the next step, and writes nothing', () => {
    const { tell, sqlite } = makeRecord();
    const count = () => sqlite.prepare('SELECT count(*) FROM memories').pluck().get();
    expect(codeOf(tell(' \n'))).toBe('input.invalid');
    expect(codeOf(tell('a', { supersedes: 99 }))).toBe('input.not_found');
    expect(codeOf(tell('a', { links: [{ to: 99, kind: 'derives' }] }))).toBe('input.not_found');
    for (const wrong of [
      { valid_from: 'yesterday' },
      { valid_to: '2026-13-01' },
      { valid_from: '2026-02-30' },
      { valid_from: '2026-11-21', valid_to: '2026-11-20' },
      { type: 'x' as 'note' },
      { scope: 'x' as 'task' },
    ])
      expect(codeOf(tell('a', wrong))).toBe('input.invalid');
    expect(count()).toBe(0);
  });

  it('is undone with the transaction it is part of', () => {
    const { say, km, tell } = makeRecord();
    const work = () =>
      km.transaction(() => {
        say('A thought that is lost.');
        throw new Error('power cut');
      });
    expect(work).toThrow('power cut');
    expect(must(tell('A thought that is lost.')).stored).toBe(true);
  });

  it('takes secrets out of everything that is kept', () => {
    const { say, record, sqlite, change } = makeRecord({ redact: text => text.replaceAll('hunter2', '[secret]') });
    const { id } = say('The password is hunter2 today.', {
      ...{ type: 'note', source: 'hunter2', session: 'hunter2', file: 'hunter2', slot: 'hunter2', agent: 'hunter2' },
    });
    must(record.edit({ id, text: 'It was hunter2 once.', projectId: 1, agent: 'hunter2' }));
    must(record.change('wrong', { ids: [id], projectId: 1, agent: 'person', because: 'hunter2 is old' }));
    must(change('restore', id));
    expect(record.show(id, 1)).toMatchObject({ value: { text: 'It was [secret] once.', source: '[secret]' } });
    expect(sqlite.serialize().toString('latin1')).not.toContain('hunter2');
  });
});

describe('a slot', () => {
  it('is found in one line that gives a key one value, and nowhere else', () => {
    const found = ['db.port = 5432', 'max_size: 10', '`log.level` = "very loud"', 'a.b="x y"'].map(text =>
      slotOf(text, 'fact'),
    );
    expect(found).toEqual(['db.port', 'max_size', 'log.level', 'a.b']);
    const others = [
      ...['port = 5432', 'db.port is now 5433', 'slug.js: exports two functions', 'a.b == c', 'a.b: = c', 'a.b = c d'],
      ...['see db.port = 5', 'db.port = 5\ndb.host = x', 'http://a.b', 'a.b => c', 'a.b:c', 'note: x'],
      ...['README.md: outdated', 'src_a.ts: slow', 'v1.2: broken'],
    ];
    expect(others.map(text => slotOf(text, 'fact'))).toEqual(others.map(() => null));
    expect(slotOf('db.port = 5432', 'note')).toBeNull();
  });
});

describe('the record', () => {
  it('keeps the old text of an edit and finds the new one', async () => {
    const { say, record, show, found } = makeRecord();
    const { id } = say('The parser eats commas.', { type: 'note' });
    expect(must(record.edit({ id, text: 'The parser keeps colons.', projectId: 1, agent: 'ann' })).changed).toBe(true);
    expect(must(record.edit({ id, text: 'The parser keeps colons. ', projectId: 1, agent: 'ann' })).changed).toBe(
      false,
    );
    expect(show(id)).toMatchObject({
      ...{ text: 'The parser keeps colons.', trust: 'agent', versions: [{ text: 'The parser eats commas.' }] },
      history: [{ action: 'stored' }, { action: 'edited', agent: 'ann' }],
    });
    expect([await found('commas'), await found('colons')]).toEqual([[], [id]]);
    const other = say('Another.', { type: 'note' });
    expect(messageOf(record.edit({ id: other.id, text: 'The parser keeps colons.', projectId: 1, agent: 'ann' }))).toBe(
      `Entry ${id} says that already.`,
    );
  });

  it('changes all of the named entries or none, and says what was so already', () => {
    const { say, show, change, record } = makeRecord();
    const [one, two] = [say('One.', { type: 'note' }), say('Two.', { type: 'note' })];
    expect(codeOf(change('pin', one.id, 99))).toBe('input.not_found');
    expect(show(one.id)).toMatchObject({ pinned: false, history: [{ action: 'stored' }] });
    must(change('pin', two.id));
    expect(must(change('pin', one.id, two.id)).map(({ changed }) => changed)).toEqual([true, false]);
    const elsewhere = say('Three.', { project: 2 });
    expect(record.show(elsewhere.id, 1)).toMatchObject({ error: { hint: 'Name its project: --project_id 2' } });
  });

  it('names what a wrong entry had replaced, and restores it only when its slot is free', () => {
    const { say, change, show } = makeRecord();
    const [old, now] = [say('db.port = 1'), say('db.port = 2')];
    expect(messageOf(change('restore', old.id))).toBe(`Entry ${now.id} states db.port now, and only one can.`);
    expect(must(change('wrong', now.id))[0]?.replaced).toEqual([old.id]);
    must(change('restore', old.id));
    expect(show(old.id)).toMatchObject({ status: 'live', superseded_by: null, valid_to: null, links: [] });
    expect(codeOf(change('restore', now.id))).toBe('input.invalid');
  });

  it('refuses to change or remove what happened', () => {
    const { say, sqlite } = makeRecord();
    say('Said.');
    say('Said.');
    for (const sql of ["UPDATE memory_history SET agent = 'x'", 'DELETE FROM memory_history'])
      expect(() => sqlite.exec(sql)).toThrow('append-only');
  });

  it('lists by kind, scope, task, agent, status and time, the newest first, page by page', () => {
    const { say, record, change, clock } = makeRecord();
    const ids = Array.from({ length: 5 }, (_, n) => say(`Text ${n}.`, { type: n % 2 === 0 ? 'note' : 'lesson' }).id);
    clock.forward(3600);
    const late = say('Late.', { type: 'note', task: 3, agent: 'coder' }).id;
    say('Elsewhere.', { project: 2 });
    must(change('wrong', ids[0] ?? 0));
    must(change('pin', ids[1] ?? 0));
    const list = (wish: object) => must(record.list({ projectId: 1, limit: 10, ...wish })).entries.map(({ id }) => id);
    expect(list({})).toEqual([late, ...ids.slice(1).toReversed()]);
    expect(list({ types: ['lesson'] })).toEqual([ids[3], ids[1]]);
    expect(list({ statuses: ['wrong'] })).toEqual([ids[0]]);
    expect([list({ taskId: 3 }), list({ agent: 'coder' }), list({ scope: 'task' })]).toEqual([[late], [late], [late]]);
    expect(list({ since: '2026-11-21T09:30:00Z' })).toEqual([late]);
    expect(list({ pinned: true })).toEqual([ids[1]]);
    const first = must(record.list({ projectId: 1, limit: 3 }));
    expect(first).toMatchObject({ total: 5, next_cursor: String(ids[3]) });
    const rest = must(record.list({ projectId: 1, limit: 3, cursor: first.next_cursor ?? '' }));
    expect([rest.entries.map(({ id }) => id), rest.next_cursor]).toEqual([[ids[2], ids[1]], null]);
    expect(codeOf(record.list({ projectId: 1, limit: 3, cursor: 'x' }))).toBe('input.invalid');
  });
});
