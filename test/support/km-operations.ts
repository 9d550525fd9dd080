import type { App } from '../../src/app.ts';
import type { Result } from '../../src/core/failure.ts';
import type { Claim, Km, Project } from '../../src/km/km.ts';

/** What a process did to the knowledge manager; printed only after it was done. */
export type Done = {
  readonly op:
    | 'add'
    | 'edit'
    | 'note'
    | 'dep'
    | 'claim'
    | 'heartbeat'
    | 'done'
    | 'release'
    | 'sync'
    | 'next'
    | 'refused';
  readonly id?: number;
  readonly text?: string;
  readonly token?: string;
};
export type Operator = {
  readonly app: App;
  readonly km: Km;
  readonly project: Project;
  readonly name: string;
  random(): number;
};

/** Repeatable chance. */
export function seeded(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Operations, each as often as its number says, out of 100. A sync reads and writes the whole plan. */
const SHARES: readonly (readonly [Done['op'], number])[] = [
  ['add', 22],
  ['edit', 14],
  ['note', 14],
  ['dep', 8],
  ['claim', 14],
  ['heartbeat', 6],
  ['done', 8],
  ['release', 4],
  ['next', 8],
  ['sync', 2],
];

function choose(random: () => number): Done['op'] {
  let left = random() * 100;
  for (const [op, share] of SHARES) {
    left -= share;
    if (left < 0) return op;
  }
  return 'add';
}

/** Makes one operation after the other, with the claims that it holds; each call answers what was done, or throws. */
export function makeOperator({ app, km, project, name, random }: Operator): (turn: number) => Promise<Done> {
  const held: Claim[] = [];
  const anyTask = (): number => {
    const { tasks } = km.listTasks({ project_id: project.id, limit: 200 });
    return tasks[Math.floor(random() * tasks.length)]?.id ?? 1;
  };
  const work = async (op: Done['op'], text: string): Promise<Result<Done> | Done> => {
    const claim = held[0];
    switch (op) {
      case 'add':
        return then(km.addTask({ project_id: project.id, title: text }, name), ({ id }) => ({ op, id, text }));
      case 'edit': {
        const id = anyTask();
        return then(km.editTask(id, { description: text }, name), () => ({ op, id, text }));
      }
      case 'note': {
        const id = anyTask();
        return then(km.appendTaskNote(id, text, name), () => ({ op, id, text }));
      }
      case 'dep': {
        const [id, other] = [anyTask(), km.taskById(anyTask())];
        return other.ok
          ? then(km.addDependency(id, other.value.key, name), () => ({ op, id, text: other.value.key }))
          : other;
      }
      case 'claim': {
        const taken = km.claimNext({ projectId: project.id, holder: name, ttl_s: 900 });
        if ('kind' in taken) return { op: 'next' };
        held.push(taken);
        return { op, id: taken.task.id, token: taken.token };
      }
      case 'heartbeat':
      case 'release':
      case 'done': {
        if (claim === undefined) return { op: 'next' };
        const { id } = claim.task;
        if (op === 'heartbeat') return then(km.heartbeat(claim.token, 900), () => ({ op, id }));
        held.shift();
        const { token } = claim;
        return op === 'release'
          ? then(km.release(token, name), () => ({ op, id, token }))
          : then(km.markTaskStatus(id, 'done', { agent: name, proof: 'accepted-by-person', claim: token }), () => ({
              op,
              id,
              token,
            }));
      }
      case 'sync':
        return then(await app.syncPlans(project, name), () => ({ op }));
      default:
        km.getNextTaskToWorkOn(project.id);
        return { op: 'next' };
    }
  };
  return async turn => {
    const outcome = await work(choose(random), `${name} turn ${turn}`);
    if (!('ok' in outcome)) return outcome;
    if (outcome.ok) return outcome.value;
    // Tasks that wait for each other are refused: that is no failure. All else is.
    if (outcome.error.code === 'task.cycle') return { op: 'refused' };
    throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  };
}

const then = <T>(result: Result<T>, done: (value: T) => Done): Result<Done> =>
  result.ok ? { ok: true, value: done(result.value) } : result;
