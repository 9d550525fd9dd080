import type { RunState } from './state.ts';

/** How a worker ended. */
export type WorkerEnd = { readonly because: string; readonly exit: number };

/** One worker's run, as the others see it. */
export type Member = {
  state(): RunState;
  /** Ends what it is doing; its task is given back. */
  halt(end: WorkerEnd): void;
};

/**
 * What the workers of one `orchestrate` share: the steps, the money, the end. A run of its own is a team of one. Contract: what a
 * worker has begun counts at once, so that two of them never take the last step or the last dollar both.
 */
export type Team = {
  join(runId: string, member: Member): void;
  /** A turn is about to start: it counts before its event is written. */
  beginTurn(runId: string): void;
  endTurn(runId: string): void;
  /** Steps and US dollars of all the others; `reserved` is what their open calls may cost. */
  stepsElsewhere(runId: string): number;
  usdElsewhere(runId: string): { readonly spent: number; readonly reserved: number };
  /** A worker is at its end. One that nothing could get past (money, a provider, a missing package) ends the others too. */
  leave(runId: string, end: WorkerEnd): void;
  /** Are all the others at their end? */
  isLast(runId: string): boolean;
  /** The worst end of all, once a worker has left. */
  end(): WorkerEnd | null;
};

/** The worst first: what a person must act on before anything else. */
const WORST = [1, 130, 4, 5, 6, 2, 3];
/** Work was done as asked, or what is left waits for a person: no reason for the others to stop. */
const HARMLESS: readonly number[] = [0, 3];

const rank = ({ exit }: WorkerEnd): number => (exit === 0 ? WORST.length + 1 : WORST.indexOf(exit) + 1 || WORST.length);

export const worstOf = (ends: readonly WorkerEnd[]): WorkerEnd | null =>
  ends.reduce<WorkerEnd | null>((worst, end) => (worst === null || rank(end) < rank(worst) ? end : worst), null);

/** `runs`: the runs of all workers. `before`: what others of this orchestrate did whose runs are over already. */
export function createTeam(
  runs: readonly string[],
  before: { readonly steps: number; readonly usd: number } = { steps: 0, usd: 0 },
): Team {
  const members = new Map<string, Member>();
  const turning = new Set<string>();
  const ends = new Map<string, WorkerEnd>();
  const others = (runId: string): readonly [string, Member][] => [...members].filter(([id]) => id !== runId);
  return {
    join(runId, member) {
      members.set(runId, member);
      const harm = worstOf([...ends.values()].filter(({ exit }) => !HARMLESS.includes(exit)));
      if (harm !== null) member.halt(harm);
    },
    beginTurn: runId => void turning.add(runId),
    endTurn: runId => void turning.delete(runId),
    stepsElsewhere: runId =>
      others(runId).reduce((sum, [id, { state }]) => sum + state().steps + Number(turning.has(id)), before.steps),
    usdElsewhere: runId => ({
      spent: others(runId).reduce((sum, [, { state }]) => sum + state().usd, before.usd),
      reserved: others(runId).reduce((sum, [, { state }]) => sum + state().reserved, 0),
    }),
    leave(runId, end) {
      ends.set(runId, end);
      if (HARMLESS.includes(end.exit)) return;
      for (const [id, member] of others(runId)) if (!ends.has(id)) member.halt(end);
    },
    isLast: runId => runs.every(id => id === runId || ends.has(id)),
    end: () => worstOf([...ends.values()]),
  };
}
