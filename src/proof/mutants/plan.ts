import { createHash } from 'node:crypto';
import type { Mutant } from '../../core/proof.ts';
import { changedLines } from './changed-lines.ts';
import { conditions, lists, slices, swappedArguments } from './group-operators.ts';
import { languageOf } from './languages.ts';
import { type Edit, readSource, type Source } from './source.ts';
import { returns, statements } from './statement-operators.ts';
import { arithmetic, booleans, comparisons, constants, strings } from './token-operators.ts';
import { type Zone, zonesOf } from './zones.ts';

export type PlannedMutant = Mutant & {
  /** The whole file with the mutant in it. */
  readonly text: string;
};
export type ChangedFile = { readonly path: string; readonly before: string | null; readonly after: string };

const LIMIT = 20;
/** Longer files are data or made by a program. */
const MAX_CHARS = 400_000;
const MAX_LINE = 500;

/** Every operator, and whether it works in the head of a function. */
const OPERATORS: readonly ((source: Source, place: number) => readonly Edit[])[] = [
  comparisons,
  booleans,
  arithmetic,
  constants,
  strings,
  conditions,
  lists,
  slices,
  swappedArguments,
  statements,
  returns,
];

const allowed = (zone: Zone | undefined, { operator }: Edit): boolean => {
  if (zone === undefined) return true;
  if (zone === 'constants') return operator === 'constant';
  return zone === 'no-text' && operator !== 'string';
};

/** All mutants of the changed lines of one file, in the order of the text. */
export function mutantsOf({ path, before, after }: ChangedFile): readonly PlannedMutant[] {
  const language = languageOf(path);
  if (language === null || after.length > MAX_CHARS) return [];
  const lines = changedLines(before, after);
  if (lines.size === 0) return [];
  const source = readSource(after, language);
  const zones = zonesOf(source);
  const seen = new Set<string>();
  const mutants: PlannedMutant[] = [];
  for (const [place, token] of source.tokens.entries()) {
    if (!lines.has(token.line) || zones.get(place) === 'nothing') continue;
    for (const edit of OPERATORS.flatMap(operator => operator(source, place))) {
      if (!allowed(zones.get(place), edit)) continue;
      const mutant = mutantBy(edit, path, after, token.line);
      if (mutant === null || seen.has(mutant.text)) continue;
      seen.add(mutant.text);
      mutants.push(mutant);
    }
  }
  return mutants;
}

/** The file with one edit, or null where it would change nothing or more than one line. */
function mutantBy(edit: Edit, path: string, after: string, line: number): PlannedMutant | null {
  const from = after.lastIndexOf('\n', edit.start - 1) + 1;
  const end = after.indexOf('\n', edit.start);
  const to = end < 0 ? after.length : end;
  if (edit.end > to || to - from > MAX_LINE || after.slice(edit.start, edit.end) === edit.text) return null;
  const text = after.slice(0, edit.start) + edit.text + after.slice(edit.end);
  const before = after.slice(from, to).replace(/\r$/, '');
  const changed = `${after.slice(from, edit.start)}${edit.text}${after.slice(edit.end, to)}`.replace(/\r$/, '');
  return { path, line, operator: edit.operator, before, after: changed, text };
}

/**
 * At most `limit` mutants of what a change made of these files, spread over operators and lines, each a text of its own. The same
 * files and seed (the id of the work's tree) give the same list.
 */
export function plannedMutants(files: readonly ChangedFile[], seed: string, limit = LIMIT): readonly PlannedMutant[] {
  const rank = ({ path, line, after }: PlannedMutant): string =>
    createHash('sha256').update(`${seed}\0${path}\0${line}\0${after}`).digest('hex');
  let left = files
    .flatMap(mutantsOf)
    .map(mutant => ({ mutant, rank: rank(mutant) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const chosen: PlannedMutant[] = [];
  const used = new Map<string, number>();
  const times = (key: string): number => used.get(key) ?? 0;
  while (chosen.length < limit) {
    const costs = left.map(({ mutant }) => 2 * times(`${mutant.path}:${mutant.line}`) + times(mutant.operator));
    const best = left[costs.indexOf(Math.min(...costs))];
    if (best === undefined) break;
    left = left.filter(other => other !== best);
    chosen.push(best.mutant);
    for (const key of [`${best.mutant.path}:${best.mutant.line}`, best.mutant.operator]) used.set(key, times(key) + 1);
  }
  return chosen;
}
