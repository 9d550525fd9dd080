import { TASK_STATUSES } from '../../src/core/task.ts';
import type { Km, NewTask, TaskEdit } from '../../src/km/km.ts';
import { TRANSITIONS } from '../../src/km/tasks/lifecycle.ts';
import { type TestClock, testClock, type World } from './fixtures.ts';

type Dice = {
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  chance(share: number): boolean;
};

function diceOf(seed: number): Dice {
  const clock: TestClock = testClock();
  for (let turn = 0; turn < (seed % 1000) + 1; turn += 1) clock.random();
  const below = (limit: number): number => Math.floor(clock.random() * limit);
  return {
    below,
    pick: from => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new Error('Nothing to pick from.');
      return picked;
    },
    chance: share => clock.random() < share,
  };
}

/** Does random things to the tasks of a project, one at each call; what is refused is refused. */
export function randomOperations({ km, project, clock }: World, seed: number): () => void {
  const dice = diceOf(seed);
  const keys = (): readonly string[] => km.listTasks({ project_id: project, stages: true }).tasks.map(task => task.key);
  const someKey = (): string | null => {
    const all = keys();
    return all.length === 0 ? null : dice.pick(all);
  };
  const tokens: string[] = [];
  let added = 0;

  const fields = (): TaskEdit => {
    const all: readonly (() => TaskEdit)[] = [
      () => ({ title: `Title ${dice.below(50)}` }),
      () => ({ description: dice.pick(['', 'What', 'Why\nand how']) }),
      () => ({ priority: dice.below(5) }),
      () => ({ role: dice.pick([null, 'coder', 'writer'] as const) }),
      () => ({ tags: dice.pick([[], ['a'], ['a', 'b']]) }),
      () => ({ checks: dice.pick([[], ['npm test']]) }),
      () => ({ private: dice.chance(0.5) }),
      () => ({ acceptance: dice.pick(['', 'It works.']) }),
      () => ({ checklist: dice.pick([[], [{ text: 'step', done: false }], [{ text: 'step', done: true }]]) }),
      () => ({ links: dice.pick([[], ['research.md#rq-001']]) }),
      () => ({ complexity: dice.pick([null, 1, 7]) }),
      () => ({ queue: dice.pick(['standard', 'heavy', 'critic'] as const) }),
      () => ({ assignee: dice.pick([null, 'ann', 'bob']) }),
      () => ({ due: dice.pick([null, '2026-12-31']) }),
      () => ({ vanished: dice.chance(0.5) }),
      () => ({ parent: dice.chance(0.3) ? null : someKey() }),
      () => ({ depends_on: keys().filter(() => dice.chance(0.1)) }),
      () => ({ related: keys().filter(() => dice.chance(0.1)) }),
      () => ({ discovered_from: keys().filter(() => dice.chance(0.1)) }),
    ];
    return Object.assign({}, ...Array.from({ length: 1 + dice.below(3) }, () => dice.pick(all)())) as TaskEdit;
  };
  const withTask = (work: (id: number, km: Km) => void): void => {
    const key = someKey();
    const task = key === null ? null : km.task(project, key);
    if (task?.ok) work(task.value.id, km);
  };
  const operations: readonly (() => void)[] = [
    () => {
      added += 1;
      const { vanished: _, ...some } = fields();
      const status = dice.chance(0.7) ? 'pending' : dice.pick(TASK_STATUSES);
      const kind = dice.chance(0.2) ? 'stage' : 'task';
      const input: NewTask = { project_id: project, title: 'New', ...some, key: `K${added}`, kind, status };
      km.addTask(input, 'ann');
    },
    () => withTask(id => km.editTask(id, fields(), 'bob')),
    () => withTask(id => km.appendTaskNote(id, 'A note', 'bob')),
    () =>
      withTask(id => {
        const kind = dice.pick(['blocks', 'related', 'discovered-from'] as const);
        const other = someKey() ?? '';
        if (dice.chance(0.6)) km.addDependency(id, other, 'ann', kind);
        else km.removeDependency(id, other, 'ann', kind);
      }),
    () =>
      withTask(id => {
        const task = km.taskById(id);
        if (!task.ok) return;
        km.markTaskStatus(id, dice.pick(TRANSITIONS[task.value.status]), {
          agent: 'worker',
          reason: 'checks_failed',
          detail: 'It is red.',
          proof: dice.pick(['red-green', 'accepted-by-person'] as const),
          commit: 'abc',
          ...(dice.chance(0.3) && { branch: dice.pick([null, 'llmclis/task-x']) }),
          ...(dice.chance(0.2) && { fresh_tries: true }),
        });
      }),
    () => {
      const claim = km.claimNext({ projectId: project, holder: 'worker', ttl_s: 20 });
      if ('token' in claim && typeof claim.token === 'string') tokens.push(claim.token);
    },
    () => void (tokens.length > 0 && km.release(dice.pick(tokens), 'worker')),
    () =>
      withTask(id =>
        km.addAttempt(id, {
          run_id: 'r1',
          role: 'coder',
          model: 'small',
          location: 'local',
          outcome: dice.pick(['passed', 'checks_failed', 'interrupted'] as const),
          evidence: '',
          tokens_in: 1,
          tokens_out: 1,
          usd: dice.below(4) / 4,
        }),
      ),
  ];
  return () => {
    clock.forward(1 + dice.below(30));
    if (dice.chance(0.15))
      km.transaction(() => Array.from({ length: 1 + dice.below(4) }, () => dice.pick(operations)()));
    else dice.pick(operations)();
  };
}
