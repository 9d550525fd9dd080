import type { Sqlite } from '../../km/sqlite.ts';
import type { Change, Consumer } from '../changes.ts';
import { makeTable, removeFrom, replaceIn } from './full-text.ts';

export const TRIGRAMS = 'trigrams';

/** Longer texts are logs and documents: the index of all their characters would be larger than they are. */
const SHORT = 400;
/** Characters of identifiers that are kept of a long text. */
const MOST_IDENTIFIERS = 2_000;

/** Names that are no words of a language: `parseDate`, `max_steps`, `src/slug.js`, `E404`, `a1b2c3`. */
const isIdentifier = (word: string): boolean =>
  word.length <= 100 && /[a-z][A-Z]|[\w$][_./-][\w$]|[A-Za-z]\d|\d[A-Za-z]/.test(word);

/** What of a text the index of character triples holds: all of a short one, the identifiers of a long one. */
export function trigramText(text: string): string {
  if (text.length <= SHORT) return text;
  const [title = ''] = text.slice(0, SHORT).split('\n', 1);
  let kept = title;
  for (const name of new Set(text.match(/[\w$][\w$./-]{2,}/g) ?? [])) {
    if (!isIdentifier(name)) continue;
    if (kept.length + name.length > MOST_IDENTIFIERS) break;
    kept += ` ${name}`;
  }
  return kept;
}

/** Brings the index up to these entries, as they are now. */
export function followTrigrams(sqlite: Sqlite, changes: readonly Pick<Change, 'memory_id' | 'project_id'>[]): void {
  const entry = sqlite.prepare<[number], { project_id: number; text: string; task_key: string | null; status: string }>(
    'SELECT project_id, text, task_key, status FROM memories WHERE id = ?',
  );
  const made = new Set<number>();
  for (const { memory_id, project_id } of changes) {
    const row = entry.get(memory_id);
    if (row === undefined || row.status === 'forgotten') {
      removeFrom(sqlite, 'trigrams', row?.project_id ?? project_id, memory_id);
      continue;
    }
    if (row.project_id !== project_id) removeFrom(sqlite, 'trigrams', project_id, memory_id);
    if (!made.has(row.project_id)) makeTable(sqlite, 'trigrams', row.project_id);
    made.add(row.project_id);
    replaceIn(sqlite, 'trigrams', row.project_id, memory_id, `${row.task_key ?? ''} ${trigramText(row.text)}`);
  }
}

/** Follows the record with the index of character triples. */
export function trigramConsumer(sqlite: Sqlite): Consumer {
  return {
    name: TRIGRAMS,
    follows: 'entries',
    batch: 200,
    async apply(changes) {
      const work = sqlite.transaction(() => followTrigrams(sqlite, changes));
      if (sqlite.inTransaction) work();
      else work.immediate();
    },
  };
}
