import { REFUSALS, type Refusal, type RunEvent, type RunSummary } from '../core/event.ts';

/** Counts what a run did, from its journal. `left` is what the project still has open. */
export function summarise(events: readonly RunEvent[], left: number, because: string, exit: number): RunSummary {
  const of = <T extends RunEvent['type']>(type: T) =>
    events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  const replies = of('model.replied');
  const paid = [...replies, ...of('model.failed')];
  const refusals = of('claim.refused');
  const refusedBy = Object.fromEntries(
    REFUSALS.map(reason => [reason, refusals.filter(refusal => refusal.because === reason).length]),
  );
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    because,
    exit,
    steps: of('turn.started').length,
    tasks: { done: of('task.done').length, blocked: of('task.blocked').length, cancelled: 0, left },
    refused: refusals.length,
    refused_by: refusedBy as Record<Refusal, number>,
    escalations: of('escalated').length,
    calls: {
      local: replies.filter(({ location }) => location === 'local').length,
      cloud: replies.filter(({ location }) => location === 'cloud').length,
    },
    tokens: { in: sum(paid.map(({ tokens }) => tokens.in)), out: sum(paid.map(({ tokens }) => tokens.out)) },
    usd: roundUsd(sum(paid.map(({ usd }) => usd))),
    usd_all_cloud: roundUsd(sum(of('task.done').map(done => done.usd_all_cloud))),
    estimate: true,
  };
}

/** To the hundredth of a cent's hundredth: sums of floats show no dust. */
const roundUsd = (usd: number): number => Math.round(usd * 1e6) / 1e6;
