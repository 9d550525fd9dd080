import { statusOfCell } from './cells.ts';
import type { Draft } from './draft.ts';
import { slugOf } from './draft.ts';
import { type FieldName, fieldName } from './fields.ts';
import type { Outline } from './outline.ts';
import { cleanTitle, splitKey } from './title.ts';

export type Column = FieldName | 'id';
/** A row of a table that lists tasks. */
export type TaskRow = { readonly line: number; readonly cells: ReadonlyMap<Column, string> };
export type TaskTable = { readonly line: number; readonly rows: readonly TaskRow[] };

const ID = /^(?:#|№|id|key|nr|no|num|number|ref|task (?:id|no|number|#)|ticket(?: id)?|issue(?: id)?|story id)$/;
const TITLE =
  /^(?:tasks?|titles?|task (?:name|title|description)|to-?dos?|item|work ?items?|action(?: item)?s?|what|story|user story|feature|deliverable|step|name|summary|subject|description|issue)$/;
/** Titles of columns that list nothing but work. */
const WORK = /^(?:tasks?|task (?:name|title|description)|to-?dos?|work ?items?|action(?: item)?s?)$/;
const TICK = /^(?:done\??|completed?\??|finished\??|[✓✔✅☑]|\[ ?x ?\]|)$/u;

/** The cells of a row; a bar in code or behind a backslash is part of a cell. */
export function cellsOf(text: string): readonly string[] {
  const inner = text
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  const cells = [''];
  for (const part of inner.split(/(`[^`]*`|\\\||\|)/)) {
    if (part === '|') cells.push('');
    else cells[cells.length - 1] += part === '\\|' ? '|' : part;
  }
  return cells.map(cell => cell.trim());
}

const isRow = (text: string | undefined): text is string => text !== undefined && /^\s*\|.*\S/.test(text);
const isRule = (text: string | undefined): boolean =>
  isRow(text) && text.includes('-') && cellsOf(text).every(cell => /^:?-+:?$/.test(cell));

const plain = (cell: string): string =>
  cell
    .replace(/[*_`]/g, '')
    .replace(/[:.]+$/, '')
    .trim()
    .toLowerCase();

/** What each column of a head row holds; null where the table lists no tasks. */
function columnsOf(head: readonly string[]): readonly (Column | null)[] | null {
  const names = head.map(plain);
  const first = (form: RegExp): number => names.findIndex(name => form.test(name));
  const id = first(ID);
  const work = first(WORK);
  const title = work >= 0 ? work : names.findIndex((name, place) => place !== id && TITLE.test(name));
  if (title < 0) return null;
  const known = names.map((name): FieldName | null => {
    const field = fieldName(name);
    return field === 'title' || field === 'complete' || field === 'progress' ? null : field;
  });
  const told = known.indexOf('status');
  const status = told >= 0 ? told : names.findIndex((name, place) => place !== id && TICK.test(name));
  const tied = known.some(field => field === 'depends' || field === 'priority' || field === 'assignee');
  if (status < 0 && !(id >= 0 && (work >= 0 || tied))) return null;
  return known.map((field, place) =>
    place === title ? 'title' : place === id ? 'id' : place === status ? 'status' : field === 'status' ? null : field,
  );
}

/** The tables of a text that list tasks: a title and a status, or an id and a title, in any order. */
export function taskTables({ lines }: Outline): readonly TaskTable[] {
  const tables: TaskTable[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    if (lines[at]?.kind !== 'text' || !isRule(lines[at]?.text) || !isRow(lines[at - 1]?.text)) continue;
    const columns = columnsOf(cellsOf(lines[at - 1]?.text ?? ''));
    if (columns === null) continue;
    const rows: TaskRow[] = [];
    for (let line = at + 1; lines[line]?.kind === 'text' && isRow(lines[line]?.text); line += 1) {
      const cells = cellsOf(lines[line]?.text ?? '');
      const pairs = columns.flatMap((column, place) =>
        column === null ? [] : [[column, cells[place] ?? ''] as const],
      );
      if (pairs.some(([column, cell]) => column === 'title' && cell !== '')) rows.push({ line, cells: new Map(pairs) });
    }
    const told = rows.filter(({ cells }) => statusOfCell(cells.get('status')) !== null);
    if (rows.length > 0 && (!columns.includes('status') || told.length * 2 >= rows.length))
      tables.push({ line: at - 1, rows });
  }
  return tables;
}

/** Rows that list tasks which a text of another dialect does not have. */
export function strangeRows(outline: Outline, drafts: readonly Draft[]): readonly number[] {
  const rows = taskTables(outline).flatMap(table => table.rows);
  if (rows.length === 0) return [];
  const known = new Set(drafts.flatMap(({ key, title }) => [slugOf(title), ...(key === null ? [] : [plainKey(key)])]));
  const told = new Set(drafts.flatMap(({ rest }) => (rest.description ?? '').split('\n').map(line => line.trim())));
  const read = new Set(drafts.map(draft => draft.line));
  return rows.flatMap(({ line, cells }) => {
    const title = cells.get('title') ?? '';
    const keyed = splitKey(title);
    const names = [cells.get('id') ?? '', keyed?.key ?? ''].filter(name => /\d/.test(name)).map(plainKey);
    const titles = [title, keyed?.title ?? title].map(text => slugOf(cleanTitle(text)));
    const same = names.some(name => known.has(name)) || titles.some(text => known.has(text));
    return same || read.has(line) || told.has((outline.lines[line]?.text ?? '').trim()) ? [] : [line];
  });
}

const plainKey = (key: string): string =>
  key
    .toLowerCase()
    .replace(/[*`#]|^task\s*|^t(?=\d)/g, '')
    .trim();
