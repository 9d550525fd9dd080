import { type BoxReading, readBoxes } from './boxes.ts';
import { readPlainBox } from './checklist.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import type { Draft } from './draft.ts';
import { finishPlan } from './finish.ts';
import type { Entry, Outline, Section } from './outline.ts';
import { stageFinder } from './stages.ts';
import { type ItemStatus, statusName } from './status.ts';
import { isNothing, readDay } from './values.ts';

const KANBAN = /^kanban-plugin:/m;
const SIZE = /(?<!\S)~(\d+(?:\.\d+)?\s?[a-z]+)(?!\S)/i;
const PERSON = /(?<!\S)@([\p{L}][\p{L}\p{N}._-]*)/u;
const DAY = /(?<!\S)@?[{(]?(?:\[\[)?(\d{4}-\d{2}-\d{2})(?:\]\])?[})]?(?:\s*@@\{[\d:]+\})?(?=\s*$|\s+[~#@[!])/;
const TAG = /(?<!\S)#([\p{L}][\p{L}\p{N}_/-]*)/gu;
const TICKET = /(?<!\S)\[([A-Z][A-Z\d]+-\d+)\](?!\()/;

/** What the column says in which an item stands: the nearest heading that is the name of a status. */
function columnOf(section: Section | null): ItemStatus | null {
  for (let at = section; at !== null; at = at.parent) {
    const status = statusName(at.title);
    if (status !== null) return status;
  }
  return null;
}

const isNoCard = (content: string): boolean =>
  isNothing(content) || /^\W*(?:\(?empty\b|nothing\b|none\b)/i.test(content);

/** `# TODO` and nothing but bullets below it. */
function isBareList({ lines, sections, entries }: Outline, outer: readonly Entry[]): boolean {
  const [heading] = sections;
  if (heading === undefined || sections.length > 1 || outer.length < 2 || columnOf(heading) !== 'open') return false;
  if (!/^\W*to-?\s?dos?(?: list)?\W*$/i.test(heading.title) || entries.some(entry => entry.status !== null))
    return false;
  const inside = new Set([heading.line]);
  for (const { line, end } of outer) for (let index = line; index < end; index += 1) inside.add(index);
  return lines.every(({ indent }, index) => indent < 0 || inside.has(index));
}

type Board = { readonly plain: ReadonlySet<Section> };

/** Columns in which no item has a box: there the bullets themselves are the cards. */
function boardOf(outline: Outline): Board {
  const outer = outline.entries.filter(entry => entry.parent === null);
  const columns = new Set(
    outer.flatMap(({ section }) => (section !== null && columnOf(section) !== null ? [section] : [])),
  );
  const boxed = new Set(outer.flatMap(({ section, status }) => (section !== null && status !== null ? [section] : [])));
  return { plain: new Set([...columns].filter(section => !boxed.has(section))) };
}

function readCard(entry: Entry, { plain }: Board): BoxReading | null {
  const column = columnOf(entry.section);
  const outer = entry.parent === null;
  const bullet = entry.status === null && outer && entry.section !== null && plain.has(entry.section);
  if (bullet && isNoCard(entry.content)) return null;
  const meta = metadataOf(entry.content);
  const reading = readPlainBox({ ...entry, status: bullet ? 'open' : entry.status, content: meta.text });
  if (reading === null) return null;
  const closed = column === 'done' || column === 'cancelled';
  const status = reading.status === 'open' && column !== null && (outer || closed) ? column : reading.status;
  return { ...reading, key: reading.key ?? meta.key, status, rest: meta.rest };
}

function metadataOf(content: string): {
  readonly text: string;
  readonly key: string | null;
  readonly rest: Draft['rest'];
} {
  let text = content;
  const cut = (form: RegExp): string | null => {
    const match = form.exec(text);
    if (match === null) return null;
    text = `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`.replace(/ {2,}/g, ' ').trim();
    return match[1] ?? null;
  };
  const size = cut(SIZE);
  const tags = [...text.matchAll(TAG)].map(match => match[1] ?? '');
  if (text.replace(TAG, '').trim() !== '') text = text.replace(TAG, '').replace(/ {2,}/g, ' ').trim();
  const assignee = cut(PERSON);
  const due = readDay(cut(DAY) ?? '');
  const key = cut(TICKET);
  const rest: Draft['rest'] = {
    ...(size !== null && { description: `Estimate: ${size}` }),
    ...(tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(assignee !== null && { assignee }),
    ...(due !== null && { due }),
  };
  return { text: text === '' ? content : text, key: text === '' ? null : key, rest };
}

export const todoMd = markdownDialect({
  name: 'todo-md',
  title: 'TODO.md board',
  looks_like:
    'headings such as Todo, In Progress and Done, each with its cards: - [ ] a card ~3d #feat @john 2026-01-31',
  see: outline => {
    const outer = outline.entries.filter(entry => entry.parent === null && !isNoCard(entry.content));
    const boxes = outer.filter(entry => entry.status !== null);
    if (KANBAN.test(outline.front) && outer.length > 0)
      return { score: 0.9, because: 'kanban-plugin in the front matter' };
    const items = boxes.length > 0 ? boxes : outer;
    const placed = items.filter(entry => columnOf(entry.section) !== null);
    const columns = new Set(placed.map(entry => columnOf(entry.section)));
    const names = new Set(outline.sections.flatMap(({ title }) => statusName(title) ?? []));
    const alive = names.has('open') || names.has('in-progress');
    if (isBareList(outline, outer))
      return { score: 0.32, because: `${outer.length} items below ${outline.sections[0]?.title}` };
    if (placed.length * 5 < items.length * 3 || placed.length === 0 || names.size < 2 || !alive) return NOT_THIS;
    return {
      score: boxes.length > 0 ? 0.82 : 0.35,
      because: `${placed.length} items below headings that name ${columns.size > 1 ? 'their status' : 'a status'}`,
    };
  },
  take: outline => {
    const board = boardOf(outline);
    const { drafts, unread } = readBoxes(outline, { read: entry => readCard(entry, board), stages: columnStages });
    for (const draft of drafts) takeDay(draft);
    return finishPlan(outline, drafts, unread);
  },
});

/** A card's day may stand on a line of its own: `@{2026-01-31}`. */
function takeDay({ rest }: Draft): void {
  const line = /(?:^|\n)[ \t]*@\{(?:\[\[)?(\d{4}-\d{2}-\d{2})[^\n]*/.exec(rest.description ?? '');
  const due = readDay(line?.[1] ?? '');
  if (line === null || due === null) return;
  rest.due ??= due;
  const description = (rest.description ?? '').replace(line[0], '').trim();
  if (description === '') delete rest.description;
  else rest.description = description;
}

/** A column that names a status is no stage, so that a card keeps its id when it moves; the theme around it is one. */
function columnStages(outline: Outline, drafts: Draft[]): (section: Section | null) => Draft | null {
  const find = stageFinder(outline, drafts);
  const theme = (section: Section | null): Section | null =>
    section !== null && statusName(section.title) !== null ? theme(section.parent) : section;
  return section => find(theme(section));
}
