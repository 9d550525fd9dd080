import { ATTEMPT_FAILURES, type AttemptFailure } from '../core/task.ts';

/** Finer words for failures that a registry's rules and `router explain` may use, and the word that a task keeps for each. */
const FINER = {
  tests_failed: 'checks_failed',
  build_failed: 'checks_failed',
  review_rejected: 'checks_failed',
  needs_stronger: 'no_progress',
  tool_format: 'malformed_output',
  invalid_json: 'malformed_output',
  output_truncated: 'malformed_output',
  content_policy: 'refusal',
  timeout: 'provider',
  rate_limit: 'provider',
  overloaded: 'provider',
  network: 'provider',
  server_5xx: 'provider',
  auth: 'provider',
  budget: 'provider',
  cancelled: 'interrupted',
} as const satisfies Record<string, AttemptFailure>;

/** A rule about these is about that alone: a task's plain `provider` failure does not match it. */
const EXACT: readonly string[] = ['auth', 'budget', 'review_rejected', 'needs_stronger'];

const finer = Object.keys(FINER) as readonly (keyof typeof FINER)[];
export const RULE_FAILURES = [...ATTEMPT_FAILURES, ...finer] as const;
export type FailureWord = (typeof RULE_FAILURES)[number];

const isFiner = (word: FailureWord): word is keyof typeof FINER => Object.hasOwn(FINER, word);

/** The word that a task keeps for a failure: `tests_failed` is `checks_failed`. */
export const plainFailure = (word: FailureWord): AttemptFailure => (isFiner(word) ? FINER[word] : word);

/** Does a rule's word mean this failure? `tests_failed` in a rule means a task's `checks_failed`, and the other way round. */
export function meansFailure(ruleWord: FailureWord, failure: FailureWord): boolean {
  if (ruleWord === failure) return true;
  if (isFiner(ruleWord) && isFiner(failure)) return false;
  if (EXACT.includes(ruleWord)) return false;
  return plainFailure(ruleWord) === plainFailure(failure);
}

export const isFailureWord = (word: string): word is FailureWord => (RULE_FAILURES as readonly string[]).includes(word);

const SPOKEN: Partial<Record<AttemptFailure, string>> = {
  protected_changed: 'protected files changed',
  context_exceeded: 'context too small',
  handed_off: 'handed off',
};
const spoken = (failure: AttemptFailure): string => SPOKEN[failure] ?? failure.replaceAll('_', ' ');

/** `checks failed twice`, `empty diff, then protected files changed`. */
export function failuresInWords(failures: readonly AttemptFailure[]): string {
  const [first] = failures;
  if (first === undefined) return 'nothing failed';
  if (failures.some(failure => failure !== first)) return failures.map(spoken).join(', then ');
  const times = failures.length === 1 ? '' : failures.length === 2 ? ' twice' : ` ${failures.length} times`;
  return `${spoken(first)}${times}`;
}
