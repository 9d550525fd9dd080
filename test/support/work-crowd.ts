import { seeded } from './km-operations.ts';
import { damageOf } from './km-world.ts';
import { eventsOf, startOrchestrator, type WorkWorld, workProblems } from './work-world.ts';

export type Crowd = {
  readonly processes: number;
  readonly tasks: number;
  /** So many times a random one is killed with -9 and started again. */
  readonly kills: number;
  readonly seed: number;
  /** `--workers` of each process. */
  readonly workers?: number;
};

/** Lines that a task makes a run print, by experience. */
const LINES_PER_TASK = 20;

/** Several `orchestrate` processes on one world until all tasks are done; what is wrong afterwards, and some counts. */
export async function workInCrowd(world: WorkWorld, { processes, tasks, kills, seed, workers = 1 }: Crowd) {
  const random = seeded(seed);
  const gap = (tasks * LINES_PER_TASK * 0.8) / Math.max(1, kills);
  const later = (): number => gap * (0.2 + 0.8 * random());
  const problems: string[] = [];
  const flags = workers > 1 ? ['--workers', String(workers)] : [];
  let [lines, killed, nextKill] = [0, 0, later()];
  const keepOneGoing = async (): Promise<void> => {
    for (;;) {
      let isVictim = false;
      const orchestrator = startOrchestrator(world, flags, () => {
        lines += 1;
        if (isVictim || killed >= kills || lines < nextKill) return;
        killed += 1;
        nextKill = lines + later();
        isVictim = true;
        orchestrator.child.kill('SIGKILL');
      });
      const { exit, signal, said } = await orchestrator.ended;
      if (isVictim && signal === 'SIGKILL') continue;
      if (exit !== 0) problems.push(`exit ${exit}: ${said}`);
      return;
    }
  };
  await Promise.all(Array.from({ length: processes }, keepOneGoing));
  problems.push(...workProblems(world, tasks), ...damageOf(world));
  const events = eventsOf(world);
  const of = (type: string): number => events.filter(event => event.type === type).length;
  const moves = new Map<string, number>();
  for (const event of events) if (event.type === 'base.moved') moves.set(event.task, (moves.get(event.task) ?? 0) + 1);
  const facts = {
    killed,
    runs: of('run.started'),
    resumed: of('run.resumed'),
    done: of('task.done'),
    replies: of('model.replied'),
    certificates: of('proof.certified'),
    base_moved: of('base.moved'),
    most_moves_of_one: Math.max(0, ...moves.values()),
    claims_lost: of('claim.lost'),
    released: of('task.released'),
  };
  return { problems, facts };
}
