import { type FailureWord, meansFailure } from './failure-words.ts';
import { abilitySieve, type Sieve, sizeSieve } from './ladder.ts';
import type { Ability, Comparison, Rule } from './schema.ts';

/** What a rule's `when` is held against. `attempts`: tries that counted on the rung the task is on. */
export type RuleFacts = {
  readonly role: string;
  readonly tags: readonly string[];
  readonly priority: number;
  readonly private: boolean;
  readonly offline: boolean;
  readonly est_tokens: number;
  readonly attempts: number;
  readonly failure: FailureWord | null;
};

function holds(comparison: Comparison, value: number): boolean {
  const { lt, lte, gt, gte, eq } = comparison;
  return (
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte) &&
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (eq === undefined || value === eq)
  );
}

/** Every condition of `when` must hold; an empty one always does. */
export function matches({ when }: Rule, facts: RuleFacts): boolean {
  const { failure } = facts;
  if (when.any_tag !== undefined && !when.any_tag.some(tag => facts.tags.includes(tag))) return false;
  if (when.all_tags !== undefined && !when.all_tags.every(tag => facts.tags.includes(tag))) return false;
  if (when.role !== undefined && !when.role.includes(facts.role)) return false;
  if (when.private !== undefined && when.private !== facts.private) return false;
  if (when.offline !== undefined && when.offline !== facts.offline) return false;
  if (when.priority !== undefined && !holds(when.priority, facts.priority)) return false;
  if (when.est_tokens !== undefined && !holds(when.est_tokens, facts.est_tokens)) return false;
  if (when.attempts !== undefined && !holds(when.attempts, facts.attempts)) return false;
  if (when.failure === undefined) return true;
  return failure !== null && when.failure.some(word => meansFailure(word, failure));
}

/** First match wins. */
export const matchingRule = (rules: readonly Rule[], facts: RuleFacts): Rule | null =>
  rules.find(rule => matches(rule, facts)) ?? null;

type Requirement = NonNullable<Rule['then']['require']>;

/**
 * Tokens that a rule asks for: a number, `est_tokens*1.15` of the job's estimate, or (`larger`) more than `window`, the
 * largest one that was too small or else the one of the rung that failed last.
 */
export function neededTokens(need: Requirement['context'], estTokens: number, window: number): number {
  if (need === undefined) return 0;
  if (typeof need === 'number') return need;
  if (need === 'larger') return window + 1;
  const factor = need.split('*')[1];
  return estTokens * (factor === undefined ? 1 : Number(factor));
}

/** What a rule's `require` has against a model. */
export function requirementSieve(require: Requirement, estTokens: number, window: number): Sieve {
  const size = sizeSieve(neededTokens(require.context, estTokens, window));
  const abilities: readonly Ability[] = (['json', 'vision', 'thinking'] as const).filter(
    ability => require[ability] === true,
  );
  const able = abilitySieve(
    require.tools === undefined || require.tools === false ? abilities : [...abilities, 'tools'],
  );
  return (model, rung) => {
    if (require.tools === 'verified' && !model.capabilities.verified) return 'its tool calls are not verified';
    return size(model, rung) ?? able(model, rung);
  };
}
