import type { Sqlite } from '../../km/sqlite.ts';
import type { Explained, MemoryHit } from '../memory.ts';
import { tokensOf } from '../record/keeper.ts';
import { pick } from './pick.ts';
import { type AskedScope, momentOf } from './scope.ts';
import { firstOfEach, type Weighed } from './weighed.ts';

/** A weighed entry; the parts of its score are made for hits only. */
export type Parted = Weighed & { readonly parts: () => Readonly<Record<string, number>> };

export const DEFAULT_HITS = 5;
/** Texts read at once. */
const BATCH = 50;
/** What an explanation tells of what was left out. */
const MOST_LEFT_OUT = 10;

type Row = Omit<MemoryHit, 'score' | 'parts'>;

/** An edited entry says what it said then. */
const TEXT_THEN =
  'coalesce((SELECT v.text FROM memory_versions v WHERE v.memory_id = m.id AND v.replaced_at > @at ORDER BY v.id LIMIT 1), m.text)';

/** The hits among what was weighed, best first, with what stands in the record. */
export function hitsOf(
  sqlite: Sqlite,
  weighed: readonly Parted[],
  scope: AskedScope,
): Pick<Explained, 'hits' | 'left_out'> {
  const { topK = DEFAULT_HITS, budget, type, asOf } = scope;
  const rows = sqlite.prepare<[{ ids: string; at: string }], Row>(
    `SELECT m.id, m.type, m.scope, ${TEXT_THEN} AS text, m.source, m.task_key, m.created_at, m.agent, m.trust, m.status, m.tokens,
       m.valid_from, m.valid_to, m.file || coalesce(':' || m.lines, '') AS place
     FROM json_each(@ids) j CROSS JOIN memories m ON m.id = j.value`,
  );
  // No text was replaced after the end of time.
  const at = asOf === undefined ? '~' : momentOf(scope);
  const read = (some: readonly Parted[]): readonly (Row & Parted)[] => {
    const ids = JSON.stringify(some.map(({ entry }) => entry.id));
    const byId = new Map(rows.all({ ids, at }).map(row => [row.id, row]));
    return some.flatMap(of => {
      const row = byId.get(of.entry.id);
      return row === undefined ? [] : [{ ...row, tokens: asOf === undefined ? row.tokens : tokensOf(row.text), ...of }];
    });
  };
  const enough = Math.max(4 * topK, BATCH);
  const all = read(firstOfEach(weighed, enough, topK));
  const { picked, leftOut } = pick(all, {
    topK,
    budget: budget ?? null,
    quotas: type === undefined,
  });
  const best = picked[0]?.score ?? 1;
  const texts = new Map(all.map(({ id, text }) => [id, text]));
  return {
    hits: picked.map(({ entry: _, parts, score, ...row }) => ({
      ...row,
      score: rounded(score / best),
      parts: Object.fromEntries(Object.entries(parts()).map(([name, part]) => [name, rounded(part / best)])),
    })),
    left_out: leftOut.slice(0, MOST_LEFT_OUT).map(out => ({ ...out, text: texts.get(out.id) ?? '' })),
  };
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
