import type { Sqlite } from '../km/sqlite.ts';
import { type Scope, search } from './full-text.ts';
import type { Memory, MemoryHit } from './memory.ts';
import { anyOf, forTrigrams, queryWords } from './words.ts';

/** What the trigram index adds to the words' BM25, both as parts of their best. Measured on LoCoMo and CoSQA: 0.4 is best. */
const TRIGRAM_WEIGHT = 0.4;
const DEFAULT_HITS = 5;

type Scores = ReadonlyMap<number, number>;

/** Reads only: what is not in an index is not found. */
export function recall(
  sqlite: Sqlite,
  queryText: string,
  { projectId, taskId, type, topK = DEFAULT_HITS }: Parameters<Memory['queryMemory']>[1],
): readonly MemoryHit[] {
  const scope: Scope = { projectId, taskId: taskId ?? null, type: type ?? null };
  const words = queryWords(queryText);
  const find = (kind: 'words' | 'trigrams', match: string | null): Scores =>
    match === null ? new Map() : ofBest(search(sqlite, kind, match, scope));
  const bm25 = find('words', anyOf(words));
  const trigram = find('trigrams', anyOf(forTrigrams(words)));
  const best = fuse(bm25, trigram).slice(0, topK);
  const top = best[0]?.sum ?? 1;
  const byId = sqlite.prepare<unknown[], MemoryRow>(
    'SELECT id, type, task_id, text, source, task_key, created_at FROM memories WHERE id = ?',
  );
  return best.flatMap(({ id, parts, sum }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const { task_id, ...shown } = row;
    const score = { score: rounded(sum / top), parts: shares(parts, top) };
    return [{ ...shown, scope: task_id === null ? 'project' : 'task', ...score }];
  });
}

type MemoryRow = Omit<MemoryHit, 'scope' | 'score' | 'parts'> & { readonly task_id: number | null };
type Parts = { readonly bm25: number; readonly trigram: number };

/** Scores from 0 to 1. What an index does not find has 0, so the least score there is is 0 and only the best must be known. */
function ofBest(scores: Scores): Scores {
  const best = Math.max(...scores.values(), Number.MIN_VALUE);
  return new Map([...scores].map(([id, score]) => [id, score / best]));
}

function fuse(bm25: Scores, trigram: Scores): readonly { id: number; parts: Parts; sum: number }[] {
  const ids = new Set([...bm25.keys(), ...trigram.keys()]);
  return [...ids]
    .map(id => {
      const parts = { bm25: bm25.get(id) ?? 0, trigram: TRIGRAM_WEIGHT * (trigram.get(id) ?? 0) };
      return { id, parts, sum: parts.bm25 + parts.trigram };
    })
    .sort((a, b) => b.sum - a.sum || a.id - b.id);
}

const shares = ({ bm25, trigram }: Parts, top: number): Parts => ({
  bm25: rounded(bm25 / top),
  trigram: rounded(trigram / top),
});
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
