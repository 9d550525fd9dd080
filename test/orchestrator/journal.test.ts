import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { fail, ok } from '../../src/core/failure.ts';
import { openDatabase } from '../../src/km/database.ts';
import { createJournal, RunTakenOver } from '../../src/orchestrator/journal.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, must } from '../km/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'llmclis-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paused = (because: string): NewEvent => ({ type: 'run.paused', because });
const started = (project_id: number, lead: string): NewEvent => ({
  type: 'run.started',
  project_id,
  project: 'p',
  mode: 'offline',
  merge: 'branch',
  max_steps: 3,
  budget_usd: null,
  sandbox: 'none',
  target: null,
  scripted: true,
  tasks_total: 0,
  lead,
});
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
  it('is of one process: dead after a silence, or when its process is gone', () => {
    const { journal, project, km, clock } = makeJournal();
    const other = must(km.addProject({ name: 'other', root: '/nowhere/other' })).id;
    const run = must(journal.startRun(project, {}, ALIVE));
    const elsewhere = must(journal.startRun(other, {}, DEAD));
    expect(journal.deadRuns(project, 101)).toEqual([]);
    clock.forward(29);
    journal.heartbeat(run);
    clock.forward(29);
    expect(journal.takeUp(project, 101)).toEqual([]);
    clock.forward(1);
    expect(journal.takeUp(project, 101)).toMatchObject([{ id: run, pid: 101 }]);
    expect(journal.takeUp(project, 102)).toEqual([]);
    expect(journal.deadRuns(other, 101).map(({ id }) => id)).toEqual([elsewhere]);
  });

  it('whose process died is taken over at once, with all its like, by one process', () => {
    const { journal, project, clock } = makeJournal();
    const first = must(journal.startRun(project, { mode: 'offline' }, DEAD));
    const second = must(journal.startRun(project, {}, DEAD));
    must(journal.startRun(project, {}, ALIVE));
    clock.forward(5);
    expect(journal.deadRuns(project, 101)).toMatchObject([{ id: first, options: { mode: 'offline' } }, { id: second }]);
    expect(journal.takeUp(project, 101)).toMatchObject([
      { id: first, pid: 101, heartbeat_at: '2026-11-21T09:00:05Z' },
      { id: second, pid: 101 },
    ]);
    expect(journal.takeUp(project, 102)).toEqual([]);
  });

  it('with the id of this process that was not begun here belongs to a dead one', () => {
    const { journal, project, database, clock } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    expect(journal.deadRuns(project, ALIVE)).toEqual([]);
    const later = createJournal(database.sqlite, clock, () => true);
    expect(later.takeUp(project, ALIVE)).toMatchObject([{ id: run }]);
  });

  it('begins with what it saw of the others, in one step, or not at all', () => {
    const { journal, project } = makeJournal();
    const wanted = { project_id: project, options: {}, pid: ALIVE };
    const seen: string[][] = [];
    const begin = (lead: string | null) =>
      journal.beginRun(wanted, (runId, others) => {
        seen.push(others.map(({ run_id }) => run_id));
        return ok(started(project, lead ?? runId));
      });
    const first = must(begin(null))[0]?.run_id ?? '';
    const second = must(begin(first))[0]?.run_id ?? '';
    expect(seen).toEqual([[], [first]]);
    expect(codeOf(journal.beginRun(wanted, () => fail('run.busy', 'No.', 'Wait.')))).toBe('run.busy');
    expect(journal.runs(project).map(({ id }) => id)).toEqual([second, first]);
    expect(journal.team(first)).toEqual([first, second]);
    expect(journal.begunOf(second)).toMatchObject({ lead: first, seq: 1 });
    journal.append(second, [paused('x')]);
    expect(journal.lastOf(second)).toMatchObject({ type: 'run.paused', seq: 2 });
    expect(journal.lastOf('none')).toBeNull();
  });

  it('is open until it is finished', () => {
    const { journal, project, clock } = makeJournal();
    const first = must(journal.startRun(project, {}, DEAD));
    clock.forward(9);
    journal.finish(first);
    expect(journal.deadRuns(project, 101)).toEqual([]);
    const second = must(journal.startRun(project, {}, ALIVE));
    expect(journal.runs(project).map(run => [run.id, run.status, run.finished_at])).toEqual([
      [second, 'running', null],
      [first, 'finished', '2026-11-21T09:00:09Z'],
    ]);
  });

  it('is not taken from a living process when the clock goes back, and a dead one is', () => {
    const { journal, project, clock } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    const dead = must(journal.startRun(project, {}, DEAD));
    journal.append(run, [paused('before')]);
    clock.forward(-3600);
    expect(journal.takeUp(project, 101).map(({ id }) => id)).toEqual([dead]);
    journal.append(run, [paused('after')]);
    expect(journal.events(run).map(event => [event.seq, event.at])).toEqual([
      [1, '2026-11-21T09:00:00.000Z'],
      [2, '2026-11-21T08:00:00.000Z'],
    ]);
  });

  it('that another process took over is written by that one alone', () => {
    const { journal, project, database, clock } = makeJournal();
    const run = must(journal.startRun(project, {}, ALIVE));
    clock.forward(86_400);
    const other = createJournal(database.sqlite, clock, () => true);
    expect(other.takeUp(project, 101).map(({ id }) => id)).toEqual([run]);
    expect(() => journal.append(run, [paused('x')])).toThrow(RunTakenOver);
    journal.heartbeat(run);
    expect(other.append(run, [paused('y')])).toHaveLength(1);
    expect(journal.events(run).map(({ seq }) => seq)).toEqual([1]);
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
