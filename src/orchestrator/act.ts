import { unreachable } from '../core/unreachable.ts';
import type { Decision } from './decision.ts';
import { askLeave } from './effects/ask-leave.ts';
import { certifyTask } from './effects/certify.ts';
import { check } from './effects/check.ts';
import { claim, waitForOthers } from './effects/claim.ts';
import { askCritic } from './effects/critic.ts';
import { block, complete, release, settle } from './effects/finish.ts';
import { keepUnproven, merge } from './effects/merge.ts';
import { tryMutants } from './effects/mutants.ts';
import { open } from './effects/open.ts';
import { acceptTest, closeRung, giveUpTesting, handOver, refuse, snapshot } from './effects/outcome.ts';
import { restoreWork, weaken } from './effects/stronger-test.ts';
import { summarise } from './effects/summarise.ts';
import { continueTurn, startTurn } from './effects/turn.ts';
import type { Effects, Ports, WorkspaceHolder } from './ports.ts';
import type { RunState } from './state.ts';
import type { EndedTurn, TaskState } from './task-state.ts';

export type RunningDecision = Exclude<Decision, { kind: 'stop' }>;

const inHand = (state: RunState): TaskState => {
  if (state.task === null) throw new Error('No task is in hand.');
  return state.task;
};
const ended = (task: TaskState): EndedTurn => {
  if (task.ended === null) throw new Error('No turn has ended.');
  return task.ended;
};

/** Carries a decision out: the only effects of a run. Each event is journaled before the next effect begins. */
export function act(
  decision: RunningDecision,
  state: RunState,
  ports: Ports,
  holder: WorkspaceHolder,
  signal: AbortSignal,
): Effects {
  switch (decision.kind) {
    case 'claim':
      return claim(ports);
    case 'wait':
      return waitForOthers(ports, signal);
    case 'settle':
      return settle(decision.task, state, ports, signal);
    case 'give-up-run':
      return giveUp(decision);
    case 'open':
      return open(inHand(state), ports, holder, signal);
    case 'check':
      return check(state, inHand(state), decision.on, ports, signal);
    case 'turn':
      return startTurn(state, inHand(state), decision, ports, holder, signal);
    case 'continue-turn':
      return continueTurn(state, inHand(state), ports, holder, signal);
    case 'hand-over':
      return handOver(inHand(state), ended(inHand(state)), decision, ports);
    case 'snapshot':
      return snapshot(inHand(state), ended(inHand(state)), ports, holder);
    case 'refuse':
    case 'fail-try':
      return refuse(inHand(state), ended(inHand(state)), decision, ports, holder);
    case 'close-rung':
      return closeRung(inHand(state), ended(inHand(state)), decision.detail, ports);
    case 'accept-test':
      return acceptTest(inHand(state), ended(inHand(state)), ports);
    case 'give-up-testing':
      return giveUpTesting(inHand(state), decision.because, ports, holder);
    case 'merge':
      return merge(inHand(state), decision.proof, ports, holder);
    case 'keep-unproven':
      return keepUnproven(inHand(state), decision.because, ports);
    case 'try-mutants':
      return tryMutants(inHand(state), decision.proof, ports, signal);
    case 'weaken':
      return weaken(inHand(state), decision.detail, ports);
    case 'restore-work':
      return restoreWork(inHand(state), ports, holder);
    case 'ask-critic':
      return askCritic(state, inHand(state), ports, signal);
    case 'summarise':
      return summarise(state, inHand(state), decision.of, ports, signal);
    case 'certify':
      return certifyTask(inHand(state), ports, holder);
    case 'complete':
      return complete(inHand(state), ports, holder);
    case 'block':
      return decision.permission === undefined
        ? block(inHand(state), decision.reason, decision.detail, ports)
        : askLeave(inHand(state), decision.permission, decision.detail, ports, holder);
    case 'release':
      return release(inHand(state), decision.because, ports, holder);
    default:
      return unreachable(decision);
  }
}

async function* giveUp({ because, exit }: Extract<Decision, { kind: 'give-up-run' }>): Effects {
  yield { type: 'run.stopping', because, exit };
}
