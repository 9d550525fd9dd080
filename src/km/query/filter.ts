import { fail, ok, type Result } from '../../core/failure.ts';
import { anyOf, type Condition, notThat } from './condition.ts';
import { FIELDS } from './filter-fields.ts';
import { readTerms, type Term } from './filter-terms.ts';
import type { FilterContext } from './filter-values.ts';
import { didYouMean } from './nearest.ts';

/** A filter that was read: conditions on fields, and the words that are looked for in the texts. */
export type Filter = {
  readonly conditions: readonly Condition[];
  readonly words: readonly SearchWord[];
  /** It asks for stages by name. */
  readonly stages: boolean;
};
export type SearchWord = {
  readonly text: string;
  readonly not: boolean;
  /** Still being typed: what begins like it counts too. */
  readonly open: boolean;
};

/**
 * Reads a filter such as `status:blocked tag:api,cli -has:checks "retry policy"`. `docs/filter.md` explains every field.
 * With `typing` the last bare word is taken as not finished yet.
 */
export function readFilter(text: string, context: FilterContext, typing = false): Result<Filter> {
  const terms = readTerms(text);
  if (!terms.ok) return terms;
  const conditions: Condition[] = [];
  const words: SearchWord[] = [];
  for (const [index, term] of terms.value.entries()) {
    if (term.kind === 'text') {
      const open = typing && !term.quoted && !term.not && index === terms.value.length - 1 && !/\s$/.test(text);
      if (term.text.trim() !== '') words.push({ text: term.text.trim(), not: term.not, open });
      continue;
    }
    const condition = fieldCondition(term, context);
    if (!condition.ok) return condition;
    conditions.push(condition.value);
  }
  return ok({ conditions, words, stages: terms.value.some(asksForStages) });
}

const asksForStages = (term: Term): boolean =>
  term.kind === 'field' &&
  term.field === 'is' &&
  !term.not &&
  term.values.some(value => value.toLowerCase() === 'stage');

function fieldCondition(term: Extract<Term, { kind: 'field' }>, context: FilterContext): Result<Condition> {
  const field = Object.hasOwn(FIELDS, term.field) ? FIELDS[term.field] : undefined;
  if (field === undefined) return unknownField(term.field);
  if (term.values.length === 0)
    return fail('input.invalid', `${term.field}: needs a value.`, `It takes ${field.takes}.`);
  const conditions: Condition[] = [];
  for (const value of term.values) {
    const read = field.read(value, context);
    if (!read.ok) return read;
    conditions.push(read.value);
  }
  const either = anyOf(conditions);
  return ok(term.not ? notThat(either) : either);
}

function unknownField(given: string): Result<never> {
  const known = Object.keys(FIELDS);
  return fail(
    'input.invalid',
    `There is no field ${given.slice(0, 40)} to filter by.${didYouMean(given, known)}`,
    `The fields: ${known.join(', ')}. To look for the text itself, put it in quotes: "${given.slice(0, 40)}:…"`,
  );
}
