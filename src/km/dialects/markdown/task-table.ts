import type { Unrecognised } from '../dialect.ts';
import { takeCells } from './body.ts';
import { statusOfCell } from './cells.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { type Draft, newDraft } from './draft.ts';
import { finishPlan } from './finish.ts';
import type { Outline, Section } from './outline.ts';
import { type TaskRow, taskTables } from './rows.ts';
import { stageFinder } from './stages.ts';
import { cleanTitle, isStruck, splitKey } from './title.ts';
import { isNothing, readLinks } from './values.ts';

const LINK = /(?<!!)\[([^\]]+)\]\(<?([^)\s>]+)>?[^)]*\)/g;

/** The section in which each row stands. */
function sectionsOf({ sections }: Outline): (line: number) => Section | null {
  let next = 0;
  let section: Section | null = null;
  return line => {
    for (let at = sections[next]; at !== undefined && at.line < line; at = sections[next]) {
      section = at;
      next += 1;
    }
    return section;
  };
}

function readRow({ line, cells }: TaskRow, parentOf: (key: string | null) => Draft | null): Draft {
  const cell = cells.get('title') ?? '';
  const words = cell.replace(LINK, '$1');
  const id = (cells.get('id') ?? '').replace(LINK, '$1').replace(/[*`]/g, '').trim();
  const keyed = isNothing(id) ? splitKey(words) : { key: id, title: words };
  const key = keyed?.key ?? null;
  const status = statusOfCell(cells.get('status'));
  const draft = newDraft({
    kind: 'task',
    key,
    title: cleanTitle(keyed?.title ?? words) || words,
    status: isStruck(cell) && status !== 'done' ? 'cancelled' : (status ?? 'open'),
    parent: parentOf(key),
    line,
  });
  const links = readLinks([cell, cells.get('id') ?? ''].join(' '));
  if (links.length > 0) draft.rest.links = links;
  takeCells(draft, cells);
  return draft;
}

function readTables(outline: Outline): { readonly drafts: readonly Draft[]; readonly told: readonly Unrecognised[] } {
  const drafts: Draft[] = [];
  const told: Unrecognised[] = [];
  const stageOf = stageFinder(outline, drafts);
  const sectionAt = sectionsOf(outline);
  for (const { rows } of taskTables(outline)) {
    const keys = new Map<string, Draft>();
    for (const row of rows) {
      const stage = stageOf(sectionAt(row.line));
      // `1.2` is a part of `1` where the table lists both.
      const draft = readRow(row, key => (key === null ? undefined : keys.get(key.replace(/\.\d+$/, ''))) ?? stage);
      if (draft.key !== null) keys.set(draft.key, draft);
      drafts.push(draft);
      const status = row.cells.get('status') ?? '';
      if (statusOfCell(status) === null)
        told.push({ line: row.line + 1, text: `the status ${JSON.stringify(status.slice(0, 40))}; taken as open` });
    }
  }
  return { drafts, told };
}

export const taskTable = markdownDialect({
  name: 'table',
  title: 'Markdown table of tasks',
  looks_like: '| ID | Task | Status | Depends on |, a row for each task; the columns in any order',
  see: outline => {
    const rows = taskTables(outline).reduce((sum, table) => sum + table.rows.length, 0);
    if (rows === 0) return NOT_THIS;
    const boxes = outline.entries.filter(entry => entry.status !== null && entry.content !== '').length;
    const score = boxes === 0 ? 0.72 : rows > boxes * 3 ? 0.6 : 0.35;
    return { score, because: `${rows} ${rows === 1 ? 'row' : 'rows'} of a table with titles and a status or an id` };
  },
  take: outline => {
    const { drafts, told } = readTables(outline);
    const boxes = outline.entries.flatMap(({ line, status, content }) =>
      status !== null && content !== '' ? [line] : [],
    );
    return finishPlan(outline, drafts, [...outline.strange, ...boxes], told);
  },
});
