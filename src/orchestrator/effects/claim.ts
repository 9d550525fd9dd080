import type { NewEvent } from '../../core/event.ts';
import type { NextTask, Waiting } from '../../core/task.ts';
import { unreachable } from '../../core/unreachable.ts';
import { isRunHolder, runHolder } from '../holder.ts';
import type { Effects, Ports } from '../ports.ts';

/** Seconds a claim holds without a sign of life; the run renews it long before. */
export const LEASE_S = 120;

/** Milliseconds between two looks at what the other runs have done. */
const LOOK_MS = 300;

/** Takes the next task, or says what everything waits for. */
export async function* claim(ports: Ports): Effects {
  yield () => {
    const { km, project, run_id } = ports;
    const answer = km.claimNext({ projectId: project.id, holder: runHolder(run_id), ttl_s: LEASE_S });
    if ('kind' in answer) return [idle(answer)];
    const { task, because, token } = answer;
    const attempts = km.attempts(task.id);
    return [
      {
        type: 'task.claimed',
        task: task.key,
        title: task.title,
        because,
        token,
        role: task.role ?? 'coder',
        attempts,
        snapshot: task,
      },
    ];
  };
}

/** One look, after a while: takes what has become ready, and says it when nothing can any more. */
export async function* waitForOthers(ports: Ports, signal: AbortSignal): Effects {
  await ports.clock.sleep(LOOK_MS, signal);
  signal.throwIfAborted();
  const next = ports.km.getNextTaskToWorkOn(ports.project.id);
  const goesOn = next.kind === 'waiting' && next.running.some(({ claim: held }) => isRunHolder(held?.holder ?? ''));
  if (goesOn) yield () => [];
  else yield* claim(ports);
}

function idle(next: Exclude<NextTask, { kind: 'ready' }>): NewEvent {
  switch (next.kind) {
    case 'all-done':
      return { type: 'run.idle', kind: 'all-done', waiting: [] };
    case 'blocked':
      return { type: 'run.idle', kind: 'blocked', waiting: next.waiting };
    case 'waiting': {
      const waiting: readonly Waiting[] = next.running.map(({ key, title, claim: held }) => ({
        key,
        title,
        on: [held?.holder ?? 'its worker'],
      }));
      return { type: 'run.idle', kind: 'waiting', waiting };
    }
    default:
      return unreachable(next);
  }
}
