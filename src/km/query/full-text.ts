import { Refused } from '../../core/failure.ts';
import type { Queries } from '../queries.ts';
import { sqliteCode } from '../sqlite.ts';
import type { Store } from '../store.ts';
import { type Condition, likeText, notThat } from './condition.ts';
import type { SearchWord } from './filter.ts';

/** Tasks that one transaction indexes: short, so that nobody waits for it. */
const BATCH = 1000;
/** So many where a screen waits: a fraction of what the eye sees. */
const PART = 200;

/** What is searched beside key and title, as one text. */
const TEXT = `t.description || char(10) || t.acceptance
  || char(10) || coalesce((SELECT group_concat(item.value ->> '$.text', char(10)) FROM json_each(t.checklist) item), '')
  || char(10) || coalesce((SELECT group_concat(tag.value, char(10)) FROM json_each(t.tags) tag), '')
  || char(10) || coalesce((SELECT group_concat(link.value, char(10)) FROM json_each(t.links) link), '')
  || char(10) || coalesce(t.assignee, '')
  || char(10) || coalesce((SELECT group_concat(n.text, char(10)) FROM task_notes n WHERE n.task_id = t.id), '')`;

/** All that is searched, for words that the index does not know as words. */
const WHOLE = `t.key || char(10) || t.title || char(10) || ${TEXT}`;

/**
 * Indexes the tasks whose words changed. False where the database cannot be written now: then the index may be behind, and
 * the texts themselves have to be looked through.
 */
export const refreshIndex = (store: Store): boolean =>
  wasWritten(() => {
    while (isBehind(store.q)) store.transaction(() => indexBatch(store.q, BATCH));
  });

/** A small part of the same work. True while there is more of it that can be done. */
export const refreshIndexPart = (store: Store): boolean =>
  isBehind(store.q) && wasWritten(() => store.transaction(() => indexBatch(store.q, PART))) && isBehind(store.q);

function wasWritten(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (problem) {
    if (problem instanceof Refused && problem.failure.code === 'database.busy') return false;
    const code = sqliteCode(problem);
    if (code !== null && /^SQLITE_(?:READONLY|BUSY|FULL|IOERR|CANTOPEN)/.test(code)) return false;
    throw problem;
  }
}

const isBehind = (q: Queries): boolean => q.get('SELECT 1 AS one FROM task_search_queue LIMIT 1') !== undefined;

function indexBatch(q: Queries, limit: number): void {
  const batch = `IN (SELECT task_id FROM task_search_queue ORDER BY task_id LIMIT ${limit})`;
  q.run(`DELETE FROM task_search WHERE rowid ${batch}`);
  q.run(
    `INSERT INTO task_search (rowid, key, title, text) SELECT t.id, t.key, t.title, ${TEXT} FROM tasks t WHERE t.id ${batch}`,
  );
  q.run(`DELETE FROM task_search_queue WHERE task_id ${batch}`);
}

/** Scripts that put no space between words: the index keeps a run of them as one word. */
const NO_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORD = /[\p{L}\p{N}\p{Co}]/u;

/** Can the index answer for it? Else it is looked for in the texts as it stands. */
const isIndexed = ({ text }: SearchWord): boolean => WORD.test(text) && !NO_SPACES.test(text);

/** A phrase of the index's language: in quotes nothing is an operator. */
const phrase = ({ text }: SearchWord): string => `"${text.replaceAll('"', '""')}"`;

const inTexts = ({ text }: SearchWord): Condition => [`${WHOLE} LIKE ? ESCAPE '\\'`, `%${likeText(text)}%`];

const IN_INDEX = 't.id IN (SELECT rowid FROM task_search WHERE task_search MATCH ?)';

/** The end of a word is missing: what begins like it, and keys and titles that hold it, whatever the index made of its end. */
const begun = (word: SearchWord): Condition => [
  `${IN_INDEX} OR t.key LIKE ? ESCAPE '\\' OR t.title LIKE ? ESCAPE '\\'`,
  `${phrase(word)}*`,
  `%${likeText(word.text)}%`,
  `%${likeText(word.text)}%`,
];

/** What to ask for these words: `match` ranks by the index, `conditions` hold for the rest. */
export type TextQuery = { readonly match: string | null; readonly conditions: readonly Condition[] };

/** Without the index every word is looked for in the texts. */
export function textQuery(words: readonly SearchWord[], indexed: boolean): TextQuery {
  const known = (word: SearchWord): boolean => indexed && isIndexed(word);
  const wanted = words.filter(word => !word.not && !word.open && known(word));
  const others = words.filter(word => !wanted.includes(word));
  return {
    match: wanted.length === 0 ? null : wanted.map(phrase).join(' AND '),
    conditions: others.map(word => {
      const condition: Condition = !known(word) ? inTexts(word) : word.open ? begun(word) : [IN_INDEX, phrase(word)];
      return word.not ? notThat(condition) : condition;
    }),
  };
}

/** The words of `match` in key and title count for more than those in the text. */
export const BY_RANK = 'bm25(task_search, 8.0, 5.0, 1.0)';
export const MATCH: (match: string) => Condition = match => [IN_INDEX, match];
