import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { of, once } from '../support/events.ts';
import { git, temporaryFolder } from '../support/repository.ts';
import { finish, makeScene, reply, type Scene, write } from '../support/run.ts';
import { workInCrowd } from '../support/work-crowd.ts';
import { layOutWork } from '../support/work-world.ts';

// The full counts: npm run soak -- workers.
const KEYS = ['W1', 'W2', 'W3'];
const solve = (key: string) => [
  reply(key, 1, 1, write(`src/${key}.txt`, `${key}\n`)),
  { ...reply(key, 1, 2, finish()), tokens: { in: 1000, out: 10, cached: 0 } },
];

async function sceneOf(keys: readonly string[] = KEYS, more: readonly { key: string; checks: string[] }[] = []) {
  const scene = await makeScene({ README: 'Parts.\n' }, keys.flatMap(solve));
  const tasks = keys.map(key => ({ key, checks: [`test -f src/${key}.txt`] }));
  for (const task of [...tasks, ...more])
    scene.addTask({ ...task, title: `Make ${task.key}`, description: `Write src/${task.key}.txt.` });
  return scene;
}

const runsIn = (events: readonly RunEvent[]): readonly string[] => [...new Set(events.map(({ run_id }) => run_id))];
const statuses = (scene: Scene): Record<string, string> => {
  const km = scene.app.km();
  if (!km.ok) throw new Error(km.error.message);
  const { tasks } = km.value.listTasks({ project_id: scene.projectId, limit: 100 });
  return Object.fromEntries(tasks.map(({ key, status }) => [key, status]));
};

describe('orchestrate --workers', () => {
  it('works several tasks at once, each in a run of its own; the first one ends last and counts for all', async () => {
    const scene = await sceneOf();
    const { events, summary } = await scene.run({ workers: 2 });
    const [lead = '', second = ''] = runsIn(events);
    expect(of(events, 'run.started').map(({ run_id, worker, lead: of }) => [run_id, worker, of])).toEqual([
      [lead, 1, lead],
      [second, 2, lead],
    ]);
    expect(of(events, 'run.finished').map(({ run_id }) => run_id)).toEqual([second, lead]);
    expect(events.at(-1)).toMatchObject({
      because: 'all tasks are done',
      run_id: lead,
      tasks: { done: 3, left: 0 },
      calls: { local: 6 },
      exit: 0,
    });
    expect(summary).toMatchObject({ steps: 3, tasks: { done: 3 }, because: 'all tasks are done' });
    expect(
      of(events, 'task.done')
        .map(({ task }) => task)
        .sort(),
    ).toEqual(KEYS);
    const firstEnd = events.findIndex(({ type }) => type === 'task.done');
    expect(new Set(of(events.slice(0, firstEnd), 'task.claimed').map(({ run_id }) => run_id)).size).toBe(2);
    const [target] = new Set(of(events, 'run.started').map(({ target }) => target));
    expect(git(scene.root, 'log', '--format=%s', `${target}`).split('\n').sort()).toEqual([
      ...KEYS.map(key => `${key}: Make ${key}`)
        .sort()
        .filter(line => line < 'Start'),
      'Start',
      ...KEYS.map(key => `${key}: Make ${key}`)
        .sort()
        .filter(line => line > 'Start'),
    ]);
    // What each run did is in its own journal, and the last line of the first one is the same as what was shown.
    const journal = scene.app.runEvents(lead, 0);
    expect(journal.ok && journal.value.at(-1)).toEqual(events.at(-1));
  });

  it('share the steps to the last one', async () => {
    const scene = await sceneOf();
    const { events, summary } = await scene.run({ workers: 3, max_steps: 2 });
    expect(of(events, 'turn.started')).toHaveLength(2);
    expect(summary).toMatchObject({ exit: 0, steps: 2, tasks: { done: 2, left: 1 } });
    expect(summary.because).toContain('max_steps');
    const rest = await scene.run({ workers: 2 });
    expect(rest.summary).toMatchObject({ tasks: { done: 1, left: 0 } });
  });

  it('share the budget, and end together with exit 5', async () => {
    const scene = await sceneOf();
    // One call may cost 21 cents and costs half of one: two at once are one too many, so each waits for the other.
    const { summary, events } = await scene.run({ workers: 2, mode: 'cloud-first', budget_usd: 0.25 });
    expect(summary).toMatchObject({ exit: 5, usd: of(events, 'model.replied').reduce((sum, { usd }) => sum + usd, 0) });
    expect(summary.usd).toBeLessThanOrEqual(0.25);
    expect(summary.tasks.done).toBeGreaterThan(0);
    expect(of(events, 'run.finished').map(({ exit }) => exit)).toEqual([5, 5]);
    expect(Object.values(statuses(scene))).not.toContain('in-progress');
  });

  it('end together with exit 4 where a check cannot run, each task given back', async () => {
    const scene = await sceneOf(KEYS, [{ key: 'A0', checks: ['no-such-program --now'] }]);
    const { summary, events } = await scene.run({ workers: 2 });
    expect(summary).toMatchObject({ exit: 4 });
    expect(of(events, 'run.finished').map(({ exit }) => exit)).toEqual([4, 4]);
    expect(Object.values(statuses(scene))).not.toContain('in-progress');
  });

  it('are stopped, and said to be, by a word to the first one', async () => {
    const scene = await sceneOf();
    let lead = '';
    const { events, summary } = await scene.run(
      { workers: 2 },
      once(
        event => {
          if (event.type === 'run.started') lead = lead || event.run_id;
          return event.type === 'turn.started';
        },
        () => void scene.app.requestRun(lead, 'stop'),
      ),
    );
    expect(summary).toMatchObject({ because: 'stopped as asked', exit: 0 });
    expect(of(events, 'run.finished').map(({ because }) => because)).toEqual(['stopped as asked', 'stopped as asked']);
    expect(Object.values(statuses(scene))).not.toContain('in-progress');
  });

  it('end all at an interruption, and the next ones finish the work', async () => {
    const scene = await sceneOf();
    const controller = new AbortController();
    const { summary } = await scene.run(
      { workers: 3 },
      once(
        ({ type }) => type === 'model.replied',
        () => controller.abort(new Error('Interrupted.')),
      ),
      controller.signal,
    );
    expect(summary).toMatchObject({ exit: 130, because: 'interrupted' });
    expect((await scene.run({ workers: 3 })).summary).toMatchObject({ exit: 0, tasks: { left: 0 } });
    expect(new Set(Object.values(statuses(scene)))).toEqual(new Set(['done']));
  });
});

describe('several orchestrators on one database', () => {
  it('do every task once, also where some are killed and started again', { timeout: 900_000 }, async () => {
    const world = await layOutWork(temporaryFolder(), 8);
    const { problems, facts } = await workInCrowd(world, { processes: 3, tasks: 8, kills: 2, seed: 3 });
    expect(problems).toEqual([]);
    expect(facts).toMatchObject({ done: 8, killed: 2 });
  });

  it('take up all workers of a process that was killed', { timeout: 900_000 }, async () => {
    const world = await layOutWork(temporaryFolder(), 6);
    const crowd = { processes: 1, tasks: 6, kills: 1, seed: 5, workers: 3 };
    const { problems, facts } = await workInCrowd(world, crowd);
    expect(problems).toEqual([]);
    expect(facts).toMatchObject({ done: 6, killed: 1, runs: 3, resumed: 3 });
  });
});
