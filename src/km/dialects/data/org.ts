import type { Detection, Dialect, ImportedItem, ImportedPlan, PlanSource } from '../dialect.ts';
import { given, onlyFile, paragraphs, type Status } from './fields.ts';
import { bodyOf } from './org-body.ts';
import { boxItems, hasBoxes } from './org-boxes.ts';
import { type Keywords, keywordsOf } from './org-keywords.ts';
import { numbered } from './todo-txt.ts';

/** A heading with the lines below it, up to the next heading. */
type Heading = {
  readonly line: number;
  readonly level: number;
  readonly keyword: string | null;
  readonly priority: string | null;
  readonly title: string;
  readonly tags: readonly string[];
  readonly body: readonly string[];
};

function headingsOf(text: string, keywords: Keywords): readonly Heading[] {
  const headings: (Heading & { readonly body: string[] })[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const match = /^(\*+)[ \t]+(.*)$/.exec(line);
    if (match === null) headings.at(-1)?.body.push(line);
    else
      headings.push({
        ...readHeading(match[2] ?? '', keywords),
        line: index + 1,
        level: match[1]?.length ?? 1,
        body: [],
      });
  }
  return headings;
}

function readHeading(text: string, keywords: Keywords): Pick<Heading, 'keyword' | 'priority' | 'title' | 'tags'> {
  const tags = /[ \t]:([^\s:]+(?::[^\s:]+)*):[ \t]*$/.exec(` ${text}`);
  const untagged = tags === null ? text : ` ${text}`.slice(1, tags.index);
  const first = /^\S+/.exec(untagged)?.[0] ?? '';
  const keyword = keywords.status(first) === null ? null : first;
  const rest = (keyword === null ? untagged : untagged.slice(first.length)).replaceAll(/\s+/g, ' ').trim();
  const priority = /^\[#(\w+)\] ?/.exec(rest);
  const title = rest
    .slice(priority?.[0].length ?? 0)
    .replaceAll(/ ?\[\d*(?:\/\d*|%)\]/g, '')
    .trim();
  return { keyword, priority: priority?.[1] ?? null, title, tags: tags?.[1]?.split(':') ?? [] };
}

function detect(source: PlanSource): Detection {
  const file = onlyFile(source);
  if (file === null || !/^\*+[ \t]+\S/m.test(file.text)) return { score: 0, because: 'no org headings' };
  const headings = headingsOf(file.text, keywordsOf(file.text));
  const tasks = headings.filter(heading => heading.keyword !== null).length;
  const isOrg =
    file.path.endsWith('.org') ||
    /^(?:#\+\w+:|[ \t]*:PROPERTIES:|[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):)/m.test(file.text);
  if (tasks === 0)
    return isOrg && headings.some(({ body }) => hasBoxes(body))
      ? { score: 0.95, because: 'org headings with check boxes' }
      : { score: 0, because: 'no org heading with TODO or DONE' };
  return { score: isOrg ? 0.95 : 0.6, because: `${tasks} headings with TODO, DONE or the like` };
}

function read(source: PlanSource): ImportedPlan {
  const text = onlyFile(source)?.text ?? '';
  const keywords = keywordsOf(text);
  const headings = headingsOf(text, keywords).filter(withoutComments());
  if (headings.every(heading => heading.keyword === null)) return { items: boxItems(headings), unrecognised: [] };
  const holders = stagesOf(headings);
  const ids = new Map<string, number>();
  const open: {
    readonly level: number;
    readonly id: string | null;
    readonly path: string;
    readonly isTask: boolean;
  }[] = [];
  const items: ImportedItem[] = [];
  const unrecognised = headings.flatMap(heading => (heading.keyword === null ? boxesBelow(heading) : []));
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const above = open.findLast(one => one.id !== null);
    const path = [open.at(-1)?.path ?? '', heading.title].filter(part => part !== '').join(' / ');
    const isStage = heading.keyword === null && holders.has(heading) && above?.isTask !== true;
    if (heading.keyword === null && !isStage) {
      open.push({ level: heading.level, id: null, path, isTask: false });
      continue;
    }
    const item = itemOf(heading, { parent: above?.id ?? null, path, ids, keywords });
    items.push(item);
    open.push({ level: heading.level, id: item.external_id, path, isTask: !isStage });
  }
  return { items, unrecognised };
}

/** A predicate that leaves out headings of the COMMENT kind with everything below them. */
function withoutComments(): (heading: Heading) => boolean {
  let level = Number.POSITIVE_INFINITY;
  return heading => {
    if (heading.level <= level)
      level = heading.keyword === null && /^COMMENT\b/.test(heading.title) ? heading.level : Number.POSITIVE_INFINITY;
    return heading.level < level;
  };
}

/** Plain headings directly above a task. */
function stagesOf(headings: readonly Heading[]): ReadonlySet<Heading> {
  const open: Heading[] = [];
  const stages = new Set<Heading>();
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const above = open.at(-1);
    if (heading.keyword !== null && above !== undefined && above.keyword === null) stages.add(above);
    open.push(heading);
  }
  return stages;
}

/** Check boxes below a heading that is no task belong to nothing. */
const boxesBelow = (heading: Heading) =>
  heading.body.flatMap((line, index) =>
    /^\s*(?:[-+]|\d+[.)])\s+\[[ xX-]\]\s/.test(line) ? [{ line: heading.line + 1 + index, text: line.trim() }] : [],
  );

type Place = {
  readonly parent: string | null;
  readonly path: string;
  readonly ids: Map<string, number>;
  readonly keywords: Keywords;
};

function itemOf(heading: Heading, { parent, path, ids, keywords }: Place): ImportedItem {
  const body = bodyOf(heading.body);
  const status: Status = heading.keyword === null ? 'open' : (keywords.status(heading.keyword) ?? 'open');
  const kind = heading.keyword === null ? 'stage' : 'task';
  return {
    external_id: body.id === null ? numbered(ids, path) : numbered(ids, `id:${body.id}`),
    key: null,
    kind,
    title: heading.title || path || heading.keyword || 'untitled',
    status,
    parent,
    depends_on: [],
    ...given({
      description: paragraphs(body.text),
      checklist: kind === 'stage' ? [] : body.checklist,
      tags: heading.tags,
      priority: priorityOf(heading.priority),
      due: body.deadline,
      created_at: body.created,
      finished_at: body.closed,
      notes: body.notes,
    }),
    line: heading.line,
  };
}

/** A is above the default, which is B. */
function priorityOf(mark: string | null): number | undefined {
  if (mark === null) return undefined;
  if (/^\d+$/.test(mark)) return Math.min(4, Number(mark));
  return Math.min(4, mark.toUpperCase().charCodeAt(0) - 64);
}

/** Emacs org-mode: headings with a TODO keyword. */
export const org: Dialect = {
  name: 'org',
  title: 'org-mode',
  looks_like: 'headings such as "* TODO [#A] Write the parser :tag:", with DEADLINE, CLOSED and :PROPERTIES: below',
  detect,
  read,
};
