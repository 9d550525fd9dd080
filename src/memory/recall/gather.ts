import type { Sqlite } from '../../km/sqlite.ts';
import type { QueryScope } from '../memory.ts';
import { type IndexKind, tableName } from './full-text.ts';
import { projectsOf } from './scope.ts';
import { addUp, BITS, bestRows, type Posting } from './tally.ts';
import { anyForm, joinedNames, queryWords } from './words.ts';

/** Entries that are looked at closely for one answer. */
const POOL = 1_000;
/** Entries of each kind of statement that are in the pool whatever crowds there are of other kinds. */
const RESERVED = 100;
/** Above this share of a project's entries (and so many) a word is not looked for inside other words too. */
const FREQUENT = { share: 0.02, entries: 200 };
/** What a part of a word is worth beside the word itself. */
const TRIGRAM_WEIGHT = 0.4;

const STATEMENTS = ['decision', 'lesson', 'fact', 'design doc', 'code snippet', 'task summary', 'handoff summary'];

/** One entry that an index has found. */
export type Found = { readonly id: number; readonly words: number; readonly trigrams: number; readonly mask: number };

export type Gathered = {
  readonly found: readonly Found[];
  /** Weights of the words by their bit. */
  readonly weights: readonly number[];
  /** For an explanation: how many entries each word is in. */
  readonly words: readonly { readonly word: string; readonly entries: number; readonly parts: number }[];
  /** Entries with any of the words, also those that were not looked at. */
  readonly matched: number;
};

/** How telling a word is that stands in some of so many entries. */
export const inverseFrequency = (entries: number, all: number): number =>
  Math.log(1 + (Math.max(all, entries) - entries + 0.5) / (entries + 0.5));

/**
 * The entries that share words with a query, weighed by how telling the words are among the entries of this scope. Each word is
 * looked up by itself, which costs a tenth of what the engine's own ranking of all of them does.
 */
export function gather(sqlite: Sqlite, query: string, scope: QueryScope): Gathered {
  const words = queryWords(query);
  const projects = projectsOf(scope);
  const all = countEntries(sqlite, projects);
  const lookup = lookups(sqlite, projects);
  const allowed = allowedIds(sqlite, scope);
  const within = (ids: readonly number[]): readonly number[] =>
    allowed === null ? ids : ids.filter(id => allowed.has(id));
  const counted = words.map(word => {
    const ids = lookup('words', anyForm(word));
    const parts =
      [...word].length < 3 || ids.length > Math.max(FREQUENT.entries, all * FREQUENT.share)
        ? []
        : lookup('trigrams', `"${word}"`);
    return { word, ids, parts };
  });
  const posting = (word: string, ids: readonly number[]): Posting => ({
    word,
    ids: within(ids),
    weight: inverseFrequency(ids.length, all),
  });
  const inWords = counted
    .filter(({ ids }) => ids.length > 0)
    .map(({ word, ids }) => posting(word, ids))
    .sort((a, b) => b.weight - a.weight);
  const names = joinedNames(query).map(word => ({ word, parts: lookup('trigrams', `"${word}"`) }));
  const inParts = [...counted, ...names]
    .filter(({ parts }) => parts.length > 0)
    .map(({ word, parts }) => posting(word, parts));
  return {
    ...closeLook(inWords, inParts, kind => lookup('words', `"${kind}"`)),
    weights: inWords.slice(0, BITS).map(({ weight }) => weight),
    words: counted.map(({ word, ids, parts }) => ({ word, entries: ids.length, parts: parts.length })),
  };
}

function closeLook(
  inWords: readonly Posting[],
  inParts: readonly Posting[],
  kindIds: (kind: string) => readonly number[],
): Pick<Gathered, 'found' | 'matched'> {
  const words = addUp(inWords);
  const parts = addUp(inParts);
  const found = new Map<number, Found>();
  const take = (row: number): void => {
    const id = words.ids[row] ?? 0;
    found.set(id, { id, words: words.sums[row] ?? 0, trigrams: 0, mask: words.masks[row] ?? 0 });
  };
  for (const row of bestRows(words, POOL)) take(row);
  if (words.size > POOL) {
    const rowOf = new Map(Array.from(words.ids.subarray(0, words.size), (id, row) => [id, row]));
    for (const kind of STATEMENTS) {
      const rows = kindIds(kind).flatMap(id => rowOf.get(id) ?? []);
      rows.sort((a, b) => (words.sums[b] ?? 0) - (words.sums[a] ?? 0));
      for (const row of rows.slice(0, RESERVED)) take(row);
    }
  }
  for (const row of bestRows(parts, POOL)) {
    const id = parts.ids[row] ?? 0;
    const known = found.get(id) ?? { id, words: 0, trigrams: 0, mask: 0 };
    found.set(id, { ...known, trigrams: TRIGRAM_WEIGHT * (parts.sums[row] ?? 0) });
  }
  return { found: [...found.values()], matched: Math.max(words.size, found.size) };
}

const countEntries = (sqlite: Sqlite, projects: readonly number[]): number => {
  const count = sqlite.prepare<[number], number>('SELECT count(*) FROM memories WHERE project_id = ?').pluck();
  return projects.reduce((sum, project) => sum + (count.get(project) ?? 0), 0);
};

/** Finds ids by a full-text query in the tables of the projects. */
function lookups(sqlite: Sqlite, projects: readonly number[]) {
  const names = projects.flatMap(project => [tableName('words', project), tableName('trigrams', project)]);
  const made = new Set(
    sqlite
      .prepare<[string], string>('SELECT name FROM sqlite_schema WHERE name IN (SELECT value FROM json_each(?))')
      .pluck()
      .all(JSON.stringify(names)),
  );
  const statementsOf = (kind: IndexKind) =>
    projects
      .map(project => tableName(kind, project))
      .filter(table => made.has(table))
      .map(table => sqlite.prepare<[string], number>(`SELECT rowid FROM ${table} WHERE ${table} MATCH ?`).pluck());
  const statements = { words: statementsOf('words'), trigrams: statementsOf('trigrams') };
  return (kind: IndexKind, match: string): readonly number[] => {
    const [first, ...more] = statements[kind].map(statement => statement.all(match));
    return more.length === 0 ? (first ?? []) : [...(first ?? []), ...more.flat()];
  };
}

/** The ids of a narrower scope; null where the whole project is asked. */
function allowedIds(sqlite: Sqlite, { projectId, taskId, type }: QueryScope): ReadonlySet<number> | null {
  if (taskId === undefined && type === undefined) return null;
  const ids = sqlite
    .prepare<unknown[], number>(
      taskId === undefined
        ? 'SELECT id FROM memories WHERE project_id IN (@project, 0) AND type = @type'
        : 'SELECT id FROM memories WHERE task_id = @task AND project_id = @project AND (@type IS NULL OR type = @type)',
    )
    .pluck()
    .all({ project: projectId, task: taskId, type: type ?? null });
  return new Set(ids);
}
