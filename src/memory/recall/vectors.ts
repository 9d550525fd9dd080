import type { DenseScores, DenseSearch } from '../dense.ts';
import type { QueryScope } from '../memory.ts';
import { projectsOf } from './scope.ts';

/** What vectors add beside words: with all entries compared, and where only the best are known. */
const WEIGHT = { complete: 0.5, truncated: 0.4 };
/** Entries asked of an index that gives only its best. */
const ASKED = 1_000;
/** Entries that vectors alone bring in. */
const BROUGHT = 100;

/** What vectors say of entries. */
export type VectorShares = {
  /** From 0 to the weight of vectors; 0 for an entry that they do not know. */
  of(id: number): number;
  /** The best by vectors, in no order. */
  readonly best: readonly number[];
};

/** Null when vectors have nothing to say: then recall is what words make it. */
export async function vectorShares(
  dense: DenseSearch | null,
  query: string,
  scope: QueryScope,
): Promise<VectorShares | null> {
  if (dense === null) return null;
  const answers: DenseScores[] = [];
  for (const projectId of projectsOf(scope)) {
    const answer = await dense(query, { projectId, limit: ASKED });
    if (answer !== null && answer.cosines.size > 0) answers.push(answer);
  }
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { cosines } of answers)
    for (const cosine of cosines.values()) {
      if (cosine < least) least = cosine;
      if (cosine > most) most = cosine;
    }
  if (!(most > least)) return null;
  const weight = answers.every(({ complete }) => complete) ? WEIGHT.complete : WEIGHT.truncated;
  return {
    of(id) {
      for (const { cosines } of answers) {
        const cosine = cosines.get(id);
        if (cosine !== undefined) return (weight * (cosine - least)) / (most - least);
      }
      return 0;
    },
    best: bestOf(answers),
  };
}

/** The entries with the highest cosines, without sorting all of them. */
function bestOf(answers: readonly DenseScores[]): readonly number[] {
  let kept: (readonly [number, number])[] = [];
  let limit = Number.NEGATIVE_INFINITY;
  const cut = (): void => {
    kept = kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, BROUGHT);
    if (kept.length === BROUGHT) limit = kept.at(-1)?.[1] ?? limit;
  };
  for (const { cosines } of answers)
    for (const [id, cosine] of cosines) {
      if (cosine <= limit) continue;
      kept.push([id, cosine]);
      if (kept.length >= 2 * BROUGHT) cut();
    }
  cut();
  return kept.map(([id]) => id);
}
