import type { NewEvent, RunEvent, RunSummary } from '../core/event.ts';
import { act } from './act.ts';
import { newAttempts } from './attempts.ts';
import { decide } from './decide.ts';
import type { Facts } from './decision.ts';
import { LEASE_S } from './effects/claim.ts';
import type { Journal } from './journal.ts';
import { nextStep } from './next-step.ts';
import type { Effect, Ports, WorkspaceHolder } from './ports.ts';
import { apply, type RunState, replay } from './state.ts';
import { summarise } from './summary.ts';
import type { Team, WorkerEnd } from './team.ts';

/** Milliseconds between signs of life of the run and its claim. */
const HEARTBEAT_MS = 10_000;
/** Milliseconds between two looks at the other workers. */
const WAIT_MS = 100;

export type RunDeps = {
  readonly ports: Ports;
  readonly facts: Facts;
  readonly journal: Journal;
  readonly team: Team;
  /** Set for the worker that ends last and counts for all: the runs it counts. */
  readonly counts?: () => readonly string[];
  onEvent(event: RunEvent): void;
};

/** Runs the loop from wherever the journal stands until there is nothing left to decide. The signal stops it cleanly. */
export async function run(deps: RunDeps, signal: AbortSignal): Promise<RunSummary> {
  const { ports, facts, team } = deps;
  const holder: WorkspaceHolder = { workspace: null };
  const recorder = makeRecorder(deps);
  recorder.beat();
  const beat = setInterval(() => recorder.beat(), HEARTBEAT_MS);
  try {
    for (;;) {
      const decision = decide(recorder.state(), facts);
      if (decision.kind === 'stop') {
        team.leave(ports.run_id, decision);
        const end = deps.counts === undefined ? decision : await lastOf(deps, recorder, decision, signal);
        return recorder.finish(end);
      }
      if (decision.kind === 'turn') team.beginTurn(ports.run_id);
      const halt = recorder.newHalt();
      const either = AbortSignal.any([signal, halt]);
      await carryOut(act(decision, recorder.state(), ports, holder, either), recorder, signal, halt);
      team.endTurn(ports.run_id);
    }
  } catch (problem) {
    // The others must not wait for it, nor go on where the journal cannot be written.
    team.leave(ports.run_id, { because: 'another worker of this run broke off', exit: 1 });
    throw problem;
  } finally {
    clearInterval(beat);
  }
}

type Recorder = ReturnType<typeof makeRecorder>;

/** Waits until the others are at their end; meanwhile requests still reach them through this run. */
async function lastOf(
  { team, ports }: RunDeps,
  recorder: Recorder,
  own: WorkerEnd,
  signal: AbortSignal,
): Promise<WorkerEnd> {
  while (!team.isLast(ports.run_id)) {
    await recorder.requests(signal);
    await ports.clock.sleep(WAIT_MS);
  }
  const worst = team.end();
  return worst === null || worst.exit === own.exit ? own : worst;
}

/** Pulls the effects of one decision; an abort, a request to stop or a lost claim ends them. */
async function carryOut(
  effects: AsyncGenerator<Effect, void>,
  recorder: Recorder,
  signal: AbortSignal,
  halt: AbortSignal,
): Promise<void> {
  try {
    for await (const effect of effects) {
      recorder.record(effect);
      if (halt.aborted || (await recorder.requests(signal))) break;
    }
  } catch (problem) {
    if (!signal.aborted && !halt.aborted) throw problem;
    if (signal.aborted && !recorder.leaving())
      recorder.record({ type: 'run.requested', kind: 'interrupt', payload: '' });
  }
}

function makeRecorder({ ports, facts, journal, team, counts, onEvent }: RunDeps) {
  const { run_id: runId, km, clock } = ports;
  let state: RunState = replay(journal.events(runId));

  const take = (event: RunEvent): void => {
    if (state.task !== null)
      for (const attempt of newAttempts(state.task, event)) km.addAttempt(state.task.task.id, attempt);
    state = apply(state, event);
    if (event.type === 'turn.started') team.endTurn(runId);
  };
  const record = (effect: Effect): void => {
    const events = km.transaction(() => {
      const before = state;
      try {
        const written = journal.append(runId, typeof effect === 'function' ? effect() : [effect]);
        for (const event of written) take(event);
        return written;
      } catch (problem) {
        state = before;
        throw problem;
      }
    });
    for (const event of events) onEvent(event);
  };
  let halt = new AbortController();
  let broken: unknown = null;
  const leaving = (): boolean => state.requested.some(({ kind }) => kind === 'stop' || kind === 'interrupt');
  team.join(runId, {
    state: () => state,
    halt({ because, exit }) {
      if (state.fatal !== null || state.finished) return;
      try {
        record({ type: 'run.stopping', because, exit });
      } catch (problem) {
        broken = problem;
      }
      halt.abort(new Error('Another worker has come to a stop.'));
    },
  });

  return {
    state: () => state,
    record,
    leaving,
    /** Aborted when the work in hand must stop at once; what broke is thrown before anything new begins. */
    newHalt(): AbortSignal {
      if (broken !== null) throw broken;
      halt = new AbortController();
      return halt.signal;
    },
    /** Takes what people asked of the run; true when the work in hand should stop now. */
    async requests(signal: AbortSignal): Promise<boolean> {
      for (;;) {
        for (const request of journal.openRequests(runId)) {
          const said: NewEvent = { type: 'run.requested', kind: request.kind, payload: request.payload };
          const paused: readonly NewEvent[] =
            request.kind === 'pause'
              ? [{ type: 'run.paused', because: 'asked' }]
              : request.kind === 'resume'
                ? [{ type: 'run.resumed', because: 'asked', adopted: false }]
                : [];
          record(() => {
            journal.handled(request.id);
            return [said, ...paused];
          });
        }
        if (signal.aborted && !leaving()) record({ type: 'run.requested', kind: 'interrupt', payload: '' });
        if (!state.paused || leaving() || state.fatal !== null) return leaving() || state.fatal !== null;
        await clock.sleep(500, signal);
      }
    },
    beat(): void {
      try {
        journal.heartbeat(runId);
        const { task } = state;
        if (task === null || task.lost || task.merge !== null) return;
        const held = km.heartbeat(task.token, LEASE_S);
        if (held.ok) return;
        record({ type: 'claim.lost', task: task.task.key, because: held.error.message });
      } catch (problem) {
        // A database that cannot be written stops the run: no effect without a journal row.
        broken = problem;
      }
      halt.abort(new Error('The work in hand must stop.'));
    },
    finish({ because, exit }: WorkerEnd): RunSummary {
      const project = km.project(ports.project.id);
      const left = project.ok ? project.value.counts.pending + project.value.counts['in-progress'] : 0;
      const events = (counts?.() ?? [runId]).flatMap(id => journal.events(id));
      const summary = summarise(events, left, because, exit);
      const next = nextStep(events, { exit, merge: facts.merge, target: ports.target });
      record(() => {
        journal.finish(runId);
        return [{ type: 'run.finished', ...summary, next }];
      });
      return summary;
    },
  };
}
