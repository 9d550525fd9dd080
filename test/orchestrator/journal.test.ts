import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { openDatabase } from '../../src/km/database.ts';
import { createJournal } from '../../src/orchestrator/journal.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, must } from '../km/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'llmclis-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paused = (because: string): NewEvent => ({ type: 'run.paused', because });
const ALIVE = 100;
const DEAD = 200;

function makeJournal(file?: string) {
  const world = makeWorld(file);
  const journal = createJournal(world.database.sqlite, world.clock, pid => pid !== DEAD);
  return { ...world, journal };
}

describe('the journal', () => {
  it('gives back what was written, in order, numbered from 1', () => {
    const { journal, clock, project } = makeJournal();
    const run = must(journal.startRun(project, { max_steps: 3 }, ALIVE));
    const first = journal.append(run, [paused('a'), paused('b')]);
    clock.forward(2);
    const second = journal.append(run, [{ type: 'tester.gave_up', task: 'S1', because: 'no test' }]);
    expect([...first, ...second]).toEqual([
      { type: 'run.paused', at: '2026-11-21T09:00:00.000Z', run_id: run, seq: 1, because: 'a' },
      { type: 'run.paused', at: '2026-11-21T09:00:00.000Z', run_id: run, seq: 2, because: 'b' },
      { type: 'tester.gave_up', at: '2026-11-21T09:00:02.000Z', run_id: run, seq: 3, task: 'S1', because: 'no test' },
    ]);
    expect(journal.events(run)).toEqual([...first, ...second]);
    expect(journal.events(run, 2)).toEqual(second);
    expect(journal.events('none')).toEqual([]);
  });

  it('keeps the runs apart', () => {
    const { journal, project } = makeJournal();
    const one = must(journal.startRun(project, {}, DEAD));
    const two = must(journal.startRun(project, {}, ALIVE));
    journal.append(one, [paused('one')]);
    expect(journal.append(two, [paused('two')])[0]?.seq).toBe(1);
    expect(journal.events(one)).toHaveLength(1);
  });

  it('returns the same values that a later reader sees', () => {
    const { journal, project } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    const event: NewEvent = {
      type: 'tool.started',
      task: 'S1',
      call_id: 'c1',
      name: 'write_file',
      input: { path: 'ä\u0000.js', gone: undefined, when: new Date(0) },
    };
    expect(journal.append(run, [event])).toEqual(journal.events(run));
  });

  it('writes events and what belongs to them together, or neither', () => {
    const { journal, km, project, ...world } = makeJournal();
    const { A = 0 } = addTasks({ km, project, ...world }, { A: [] });
    const run = must(journal.startRun(project, {}, ALIVE));
    const work = () =>
      journal.append(run, [paused('x')], () => {
        must(km.appendTaskNote(A, 'half', 'me'));
        throw new Error('power cut');
      });
    expect(work).toThrow('power cut');
    expect(journal.events(run)).toEqual([]);
    expect(km.notes(A)).toEqual([]);
    journal.append(run, [paused('x')], () => void must(km.appendTaskNote(A, 'whole', 'me')));
    expect(km.notes(A)).toHaveLength(1);
  });

  it('joins the transaction it is called in', () => {
    const { journal, km, project } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    const work = () =>
      km.transaction(() => {
        journal.append(run, [paused('x')]);
        throw new Error('power cut');
      });
    expect(work).toThrow('power cut');
    expect(journal.events(run)).toEqual([]);
  });

  it('throws when it cannot be written', () => {
    const { journal, project, database } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    expect(() => journal.append('no such run', [paused('x')])).toThrow(/FOREIGN KEY/);
    database.sqlite.pragma('query_only = ON');
    expect(() => journal.append(run, [paused('x')])).toThrow(/readonly/);
    expect(() => journal.heartbeat(run)).toThrow(/readonly/);
  });

  it('is read by another connection while the run writes', () => {
    const file = join(folder, 'llmclis.db');
    const { journal, project } = makeJournal(file);
    const run = must(journal.startRun(project, {}, ALIVE));
    journal.append(run, [paused('x')]);
    const reader = createJournal(
      must(openDatabase(file, { migrations: MIGRATIONS, readonly: true })).sqlite,
      { now: () => new Date(0), random: () => 0, sleep: async () => {} },
      () => true,
    );
    expect(reader.events(run)).toEqual(journal.events(run));
    journal.append(run, [paused('y')]);
    expect(reader.events(run, 1)).toEqual(journal.events(run, 1));
  });
});

describe('a run', () => {
  it('is refused while another process is at work on the project', () => {
    const { journal, project, km, clock } = makeJournal();
    const other = must(km.addProject({ name: 'other', root: '/nowhere/other' })).id;
    const run = must(journal.startRun(project, {}, ALIVE));
    const refused = journal.startRun(project, {}, 101);
    expect(codeOf(refused)).toBe('run.busy');
    expect(refused.ok ? '' : refused.error.message).toContain(run);
    expect(codeOf(journal.startRun(other, {}, 101))).toBe('ok');
    clock.forward(29);
    expect(codeOf(journal.adopt(run, 101))).toBe('run.busy');
    journal.heartbeat(run);
    clock.forward(29);
    expect(codeOf(journal.startRun(project, {}, 101))).toBe('run.busy');
    clock.forward(1);
    expect(codeOf(journal.adopt(run, 101))).toBe('ok');
  });

  it('whose process died is taken over at once', () => {
    const { journal, project, clock } = makeJournal();
    const run = must(journal.startRun(project, { mode: 'offline' }, DEAD));
    expect(journal.openRun(project)).toMatchObject({ id: run, pid: DEAD, options: { mode: 'offline' } });
    clock.forward(5);
    expect(must(journal.adopt(run, ALIVE))).toBe(run);
    expect(journal.openRun(project)).toMatchObject({ pid: ALIVE, heartbeat_at: '2026-11-21T09:00:05Z' });
    expect(codeOf(journal.adopt(run, ALIVE))).toBe('ok');
  });

  it('is open until it is finished', () => {
    const { journal, project, clock } = makeJournal();
    expect(journal.openRun(project)).toBeNull();
    const first = must(journal.startRun(project, {}, ALIVE));
    clock.forward(9);
    journal.finish(first);
    expect(journal.openRun(project)).toBeNull();
    expect(codeOf(journal.adopt(first, ALIVE))).toBe('input.invalid');
    expect(codeOf(journal.adopt('none', ALIVE))).toBe('input.not_found');
    const second = must(journal.startRun(project, {}, ALIVE));
    expect(journal.runs(project).map(run => [run.id, run.status, run.finished_at])).toEqual([
      [second, 'running', null],
      [first, 'finished', '2026-11-21T09:00:09Z'],
    ]);
  });
});

describe('requests', () => {
  it('wait in order until they are handled', () => {
    const { journal, project } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    must(journal.request(run, 'pause'));
    must(journal.request(run, 'message', 'Use UTC.'));
    const [first, second] = journal.openRequests(run);
    expect([first, second]).toMatchObject([
      { kind: 'pause', payload: '' },
      { kind: 'message', payload: 'Use UTC.' },
    ]);
    journal.handled(first?.id ?? 0);
    expect(journal.openRequests(run)).toEqual([second]);
  });

  it('are refused by a run that is over', () => {
    const { journal, project } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    journal.finish(run);
    expect(codeOf(journal.request(run, 'stop'))).toBe('input.invalid');
    expect(codeOf(journal.request('none', 'stop'))).toBe('input.not_found');
  });
});
