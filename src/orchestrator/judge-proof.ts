import type { EventPayloads } from '../core/event.ts';
import type { Mutant } from '../core/proof.ts';
import type { Proof } from '../core/task.ts';
import type { Decision, Facts } from './decision.ts';
import { refusal } from './refusal.ts';
import { criticRefusals, type EndedTurn, isRefactoring, type TaskState, testerTurns } from './task-state.ts';

/** Turns of the tester on one task, over all its runs, after which nobody expects a better test. */
export const MAX_TESTER_TURNS = 3;
/** Refusals of the critic on one task, after which the work goes on without it. */
const MAX_CRITIC_REFUSALS = 2;

/**
 * The checks pass: is it proof? What turned green proves the task only by a test that notices when the change is wrong; then the
 * critics may still object.
 */
export function judgeProof(
  task: TaskState,
  turn: EndedTurn,
  work: EventPayloads['work.snapshot'],
  verdict: EventPayloads['checks.judged'],
  facts: Facts,
): Decision {
  const proof = proofOf(task, verdict);
  if (proof === null) {
    const goesBack = testCannotFail(task, verdict) && testerTurns(task) < MAX_TESTER_TURNS;
    return goesBack ? { kind: 'weaken', detail: verdict.detail } : { kind: 'keep-unproven', because: verdict.detail };
  }
  if (proof === 'behaviour-kept' && work.only_comments)
    return refusal(turn, 'empty_diff', 'The diff changes nothing but comments and white space.');
  const { mutants } = task;
  if (mutants === null) return { kind: 'try-mutants', proof };
  if (!mutants.strong && mutants.written_by === 'tester') {
    const detail = sayWeak(mutants);
    return testerTurns(task) < MAX_TESTER_TURNS
      ? { kind: 'weaken', detail }
      : { kind: 'keep-unproven', because: `No test that notices wrong variants of the change could be had. ${detail}` };
  }
  if (!mutants.strong && proof === 'behaviour-kept')
    return { kind: 'keep-unproven', because: `The checks do not look at what was changed. ${sayWeak(mutants)}` };
  return askCritics(task, turn, facts) ?? { kind: 'merge', proof };
}

const proofOf = (task: TaskState, { verdict }: EventPayloads['checks.judged']): Proof | null => {
  if (verdict === 'red-green') return 'red-green';
  return isRefactoring(task) ? 'behaviour-kept' : null;
};

/** Does the test that the tester wrote pass also when it is made to fail? It, or the work, takes every failure for a success. */
const testCannotFail = (task: TaskState, { verdict }: EventPayloads['checks.judged']): boolean =>
  verdict === 'green' &&
  task.tester === 'written' &&
  task.work_checks.some(({ proves_nothing, flaky }) => proves_nothing !== undefined && flaky !== true);

/** Critics come last and can only refuse. */
function askCritics(task: TaskState, turn: EndedTurn, facts: Facts): Decision | null {
  const { critic } = task;
  if (critic === null)
    return facts.critics(task, turn.role).length > 0 && criticRefusals(task) < MAX_CRITIC_REFUSALS
      ? { kind: 'ask-critic' }
      : null;
  return critic.accepts ? null : refusal(turn, 'checks_failed', `A second model refuses the work: ${critic.detail}`);
}

/** `src/a.js:3 comparison: "a < b" became "a <= b"`. */
const sayMutant = ({ path, line, operator, before, after }: Mutant): string =>
  `- ${path}:${line} ${operator}: \`${before.trim()}\` became \`${after.trim()}\``;

/** What a test did not notice, as facts for the next one. */
export function sayWeak({ tried, killed, survived, note }: EventPayloads['mutants.ended']): string {
  const counts =
    tried === 0
      ? 'No small wrong variant of the change is noticed.'
      : `${killed} of ${tried} small wrong variants of the change are noticed.`;
  const facts = survived.slice(0, 20).map(sayMutant);
  const unnoticed = facts.length === 0 ? [] : ['These pass unnoticed:', ...facts];
  return [note === undefined ? counts : `${counts} ${note}`, ...unnoticed].join('\n');
}
