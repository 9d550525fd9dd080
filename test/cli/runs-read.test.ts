import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunInfo } from '../../src/app.ts';
import { boardPorts } from '../../src/cli/board-ports.ts';
import { board } from '../../src/cli/commands/board.ts';
import { runsList, runsPause, runsShow, runsStop } from '../../src/cli/commands/runs.ts';
import { runsWatch } from '../../src/cli/commands/runs-watch.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { ok } from '../../src/core/failure.ts';
import { shortRun, testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());

const summaryOf = (events: readonly RunEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'run.finished') throw new Error('A run ends with run.finished.');
  return last;
};
const info = (id: string, more: Partial<RunInfo> = {}): RunInfo => ({
  id,
  project_id: 1,
  status: 'finished',
  started_at: `2026-11-21T09:00:0${id.at(-1)}Z`,
  finished_at: null,
  summary: null,
  ...more,
});

describe('runs', () => {
  const events = shortRun();
  const asked: string[] = [];
  const appWith = (runs: readonly RunInfo[]) => ({
    ...world.app,
    runs: () => ok(runs),
    runEvents: (_id: string, after: number) => ok(events.filter(event => event.seq > after)),
    requestRun: (id: string, kind: string) => {
      asked.push(`${kind} ${id}`);
      return ok(undefined);
    },
  });

  it('are listed and shown, the newest unless one is named', async () => {
    const app = appWith([info('r1'), info('r3', { summary: summaryOf(events) }), info('r2')]);
    expect(await typeJson(runsList, app, [])).toMatchObject({
      exit: 0,
      json: { runs: [{ id: 'r1' }, { id: 'r3' }, { id: 'r2' }] },
    });
    expect(await typeJson(runsShow, app, [])).toMatchObject({
      json: { id: 'r3', tasks: [{ key: 'T1', proof: 'red-green' }] },
    });
    expect(await typeJson(runsShow, app, ['r2'])).toMatchObject({ json: { id: 'r2' } });
    expect(await typeJson(runsShow, app, ['r9'])).toMatchObject({
      exit: 2,
      json: { error: { code: 'input.not_found' } },
    });
    expect((await type(runsList, appWith([]), [])).out).toContain('No run yet');
  });

  it('are asked only while somebody is there to handle it', async () => {
    asked.length = 0;
    const app = appWith([info('r1', { status: 'running' }), info('r2')]);
    expect(await typeJson(runsStop, app, [])).toEqual({ exit: 0, json: { run_id: 'r1', requested: 'stop' } });
    expect(await typeJson(runsPause, app, ['r2'])).toMatchObject({ exit: 2 });
    expect(await type(runsPause, appWith([info('r2')]), [])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('no running run'),
    });
    expect(asked).toEqual(['stop r1']);
  });

  it('are followed from the first event to the last', async () => {
    const watched = await type(runsWatch, appWith([info('r1', { status: 'running' })]), ['--json']);
    expect(
      watched.out
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual(events);
  });

  it('are followed while they still write, each event once', async () => {
    let looks = 0;
    const app = {
      ...appWith([info('r1', { status: 'running' })]),
      runEvents: (_id: string, after: number) =>
        ok(events.filter(event => event.seq > after && event.seq <= Math.floor(looks++ / 2))),
    };
    const watched = await type(runsWatch, app, ['--json']);
    expect(
      watched.out
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).seq),
    ).toEqual([1, 2, 3, 4]);
    expect(looks).toBeGreaterThan(4);
  });

  it('that died are not waited for', async () => {
    const app = { ...appWith([info('r1', { status: 'stopped' })]), runEvents: () => ok(events.slice(0, 2)) };
    expect(await type(runsWatch, app, [])).toMatchObject({
      exit: 0,
      err: expect.stringContaining('llmclis orchestrate --project_id 1 resumes it.'),
    });
  });
});

describe('the board', () => {
  const app = () => ({
    ...world.app,
    runs: () => ok([info('r1'), info('r2', { status: 'running' })]),
    runEvents: () => ok([]),
    startRun: async () => ok({ run_id: 'r3' }),
    requestRun: () => ok(undefined),
    changeNumber: () => 7,
    undo: () => Promise.reject(new Error('Nobody asked for it.')),
  });

  it('is printed where there is no terminal', async () => {
    expect(await type(board, app(), [])).toMatchObject({ exit: 0, out: 'board of textkit\n' });
  });

  it('reads its tasks again when the database changed', () => {
    expect(boardPorts(app(), { project: world.project, km: world.km }).version?.()).toBe(7);
  });

  it('is one object with --json', async () => {
    world.km.addTask({ project_id: 1, key: 'T1', title: 'First' }, 'person');
    expect(await typeJson(board, app(), [])).toMatchObject({
      json: { project: { name: 'textkit' }, tasks: [{ key: 'T1' }], next: { kind: 'ready' }, run: { id: 'r2' } },
    });
  });
});
