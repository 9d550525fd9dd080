import type { Sqlite } from '../../km/sqlite.ts';
import type { DenseSearch } from '../dense.ts';
import type { Explained, MemoryHit, QueryScope } from '../memory.ts';
import { type Candidate, readCandidates } from './candidates.ts';
import { addContext } from './context.ts';
import { cuesOf } from './cues.ts';
import { gather } from './gather.ts';
import { DEFAULT_HITS, hitsOf, type Parted } from './hits.ts';
import type { AskedScope } from './scope.ts';
import { readSessions } from './sessions.ts';
import { liftReplacements } from './superseded.ts';
import { type VectorShares, vectorShares } from './vectors.ts';
import { worth } from './weigh.ts';
import { firstOfEach, type Lexical, NOTHING, sumOf, type Weighed } from './weighed.ts';

/**
 * The best hits for a text, best first. Reads only: what an index does not hold yet is not found by it. With `now` (ISO) what has
 * stopped being true by then is left out.
 */
export const recall = async (
  sqlite: Sqlite,
  queryText: string,
  scope: QueryScope,
  dense: DenseSearch | null,
  now: string | null = null,
): Promise<readonly MemoryHit[]> => (await explainRecall(sqlite, queryText, scope, dense, now)).hits;

/** The best hits, and how they came about. */
export async function explainRecall(
  sqlite: Sqlite,
  queryText: string,
  scope: QueryScope,
  dense: DenseSearch | null,
  now: string | null = null,
): Promise<Explained> {
  const shares = await vectorShares(dense, queryText, scope);
  // As of one moment, so that nothing that another process replaces or forgets meanwhile is a hit.
  return sqlite.transaction(() => answer(sqlite, queryText, { ...scope, now }, shares))();
}

function answer(sqlite: Sqlite, queryText: string, scope: AskedScope, shares: VectorShares | null): Explained {
  const gathered = gather(sqlite, queryText, scope);
  const scores = new Map<number, Lexical>(
    gathered.found.map(({ id, words, trigrams, mask }) => [id, { ...NOTHING, bm25: words, trigram: trigrams, mask }]),
  );
  const read = readCandidates(sqlite, scope);
  const entries = new Map(read([...scores.keys()]).map(entry => [entry.id, entry]));
  forLength(scores, entries);
  addContext(scores, entries, gathered.weights, readSessions(sqlite));
  for (const entry of read([...scores.keys(), ...(shares?.best ?? [])].filter(id => !entries.has(id))))
    entries.set(entry.id, entry);
  const weighing = weigh(scores, entries, shares, scope.role);
  const ranked = liftReplacements(weighing.weighed, read)
    .filter(({ entry }) => entry.visible)
    .sort(byScore);
  const best = firstOfEach(ranked, closeLook(scope.topK), scope.topK ?? DEFAULT_HITS);
  return {
    ...hitsOf(sqlite, withCues(sqlite, queryText, best, weighing.partsOf), scope),
    words: gathered.words,
    matched: gathered.matched,
    weighed: entries.size,
    vectors: shares !== null,
  };
}

/** Entries whose texts are looked at for so many hits. */
const closeLook = (topK = 0): number => Math.max(100, 2 * topK);

const byScore = (a: Weighed, b: Weighed): number => b.score - a.score || a.entry.id - b.entry.id;

/** BM25's part for the length of a text. How often a word stands in it is not asked: in short texts once is all there is. */
const LENGTH = { k1: 1.2, b: 0.4 };

function forLength(scores: ReadonlyMap<number, Lexical>, entries: ReadonlyMap<number, Candidate>): void {
  let tokens = 0;
  for (const entry of entries.values()) tokens += entry.tokens;
  const average = Math.max(1, tokens / Math.max(1, entries.size));
  for (const [id, score] of scores) {
    const length = (entries.get(id)?.tokens ?? average) / average;
    score.bm25 *= (LENGTH.k1 + 1) / (1 + LENGTH.k1 * (1 - LENGTH.b + LENGTH.b * length));
  }
}

/** Scores without cues: the best by words is 1 before vectors and kinds are added. */
function weigh(
  scores: ReadonlyMap<number, Lexical>,
  entries: ReadonlyMap<number, Candidate>,
  shares: VectorShares | null,
  role: string | undefined,
): { readonly weighed: readonly Weighed[]; readonly partsOf: (entry: Candidate) => Record<string, number> } {
  let best = Number.MIN_VALUE;
  for (const score of scores.values()) best = Math.max(best, sumOf(score));
  const weighed: Weighed[] = [];
  for (const entry of entries.values()) {
    const lexical = scores.get(entry.id);
    const sum = (lexical === undefined ? 0 : sumOf(lexical) / best) + (shares?.of(entry.id) ?? 0);
    if (sum > 0) weighed.push({ entry, score: sum * (1 + worth(entry.type, role, entry.pinned)) });
  }
  const partsOf = (entry: Candidate): Record<string, number> => {
    const { mask: _, ...lexical } = scores.get(entry.id) ?? NOTHING;
    const parts: Record<string, number> = {};
    for (const [name, value] of Object.entries(lexical)) if (value > 0) parts[name] = value / best;
    const vector = shares?.of(entry.id) ?? 0;
    if (vector > 0) parts.vector = vector;
    const sum = Object.values(parts).reduce((total, part) => total + part, 0);
    const kind = worth(entry.type, role, entry.pinned) * sum;
    if (kind !== 0) parts.type = kind;
    return parts;
  };
  return { weighed, partsOf };
}

/** The best again, with the cues of talks; what came from a replaced statement is `replaces`. */
function withCues(
  sqlite: Sqlite,
  queryText: string,
  best: readonly Weighed[],
  partsOf: (entry: Candidate) => Record<string, number>,
): readonly Parted[] {
  const ids = best.map(({ entry }) => entry.id);
  const cues = cuesOf(sqlite, queryText, ids);
  return best
    .map(({ entry, score }) => {
      const cue = cues.get(entry.id);
      return {
        entry,
        score: cue === undefined ? score : score + cue.speaker + cue.time + cue.asking,
        parts: () => {
          const parts = partsOf(entry);
          const lacking = score - Object.values(parts).reduce((sum, part) => sum + part, 0);
          if (lacking > 5e-5) parts.replaces = lacking;
          for (const [name, value] of Object.entries(cue ?? {})) if (value !== 0) parts[name] = value;
          return parts;
        },
      };
    })
    .sort(byScore);
}
