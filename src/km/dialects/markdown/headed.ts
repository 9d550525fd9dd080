import { ownLines, readBody } from './body.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { type Draft, newDraft, slugOf } from './draft.ts';
import { fieldName, labelled } from './fields.ts';
import { finishPlan } from './finish.ts';
import { type TaskHead, taskHeads } from './heads.ts';
import { type Entry, type Outline, type Section, sectionPath } from './outline.ts';
import { stageFinder } from './stages.ts';
import { type ItemStatus, statusName } from './status.ts';
import { cleanTitle } from './title.ts';

/** Reads the tasks that headings are, and what stands below each. */
function readHeaded(outline: Outline): { readonly drafts: readonly Draft[]; readonly unread: readonly number[] } {
  const heads = taskHeads(outline);
  const drafts: Draft[] = [];
  const stageOf = stageFinder(outline, drafts);
  const made = new Map<Section, Draft>();
  const boxAt = new Map(
    outline.entries.flatMap(entry => (entry.status === null ? [] : [[entry.line, entry] as const])),
  );
  const inside = innerHeads(heads);
  const byKey = new Map<string, readonly Draft[]>();
  const unread: number[] = [];
  for (const head of heads) {
    const { section } = head;
    const parent = partOf(taskAbove(section, made), head, heads[0]) ?? stageOf(stageSection(section.parent));
    const named = head.key === null ? [] : (byKey.get(head.key) ?? []);
    if (saidBefore(head, parent, named)) {
      unread.push(section.line);
      continue;
    }
    // The line below a heading may be what makes it one.
    const ruled = /^ {0,3}=+\s*$/.test(outline.lines[section.line + 1]?.text ?? '');
    const own = ownLines(section.line + (ruled ? 2 : 1), section.end, inside.get(section) ?? []);
    const parallel = /\s*\[P\]\s*$/.test(head.title);
    const words = cleanTitle(head.title.replace(/\s*\[P\]\s*$/, ''));
    const bare = words === '' || /^\([^()]*\)$/.test(words);
    const title = (bare ? titleField(outline, own) : null) ?? (words || head.key || section.title);
    const draft = newDraft({
      kind: 'task',
      key: head.key,
      title,
      status: 'open',
      parent,
      line: section.line,
      ...(head.noun !== undefined && { noun: head.noun }),
    });
    if (parallel) draft.rest.tags = ['parallel'];
    made.set(section, draft);
    drafts.push(draft);
    if (head.key !== null) byKey.set(head.key, [...named, draft]);
    const boxes = own.flatMap(line => boxAt.get(line) ?? []);
    readBody(outline, draft, own, boxes);
    draft.status = statusOf(draft, head, boxes);
  }
  return {
    drafts,
    unread: [...unread, ...outsideOf(heads, outline.strange), ...outsideOf(heads, outerBoxes(outline))],
  };
}

/** The tasks right inside each task. */
function innerHeads(heads: readonly TaskHead[]): ReadonlyMap<Section, Section[]> {
  const inner = new Map<Section, Section[]>(heads.map(({ section }) => [section, []]));
  for (const { section } of heads) {
    let around = section.parent;
    while (around !== null && !inner.has(around)) around = around.parent;
    if (around !== null) inner.get(around)?.push(section);
  }
  return inner;
}

const outerBoxes = ({ entries }: Outline): readonly number[] =>
  entries.flatMap(({ line, status, content }) => (status !== null && content !== '' ? [line] : []));

/** The lines that stand in none of the tasks. */
function outsideOf(heads: readonly TaskHead[], lines: readonly number[]): readonly number[] {
  let next = 0;
  let end = -1;
  return lines.filter(line => {
    for (let head = heads[next]; head !== undefined && head.section.line < line; head = heads[next]) {
      end = Math.max(end, head.section.end);
      next += 1;
    }
    return line >= end;
  });
}

/** A heading that names a status, such as `In Progress`, sorts tasks; it is no stage. */
const stageSection = (section: Section | null): Section | null =>
  section !== null && statusName(section.title) !== null ? stageSection(section.parent) : section;

function taskAbove(section: Section, made: ReadonlyMap<Section, Draft>): Draft | null {
  for (let at = section.parent; at !== null; at = at.parent) {
    const draft = made.get(at);
    if (draft !== undefined) return draft;
  }
  return null;
}

/** Task 2 below a title that is task 1 is no part of it, whatever the level of its heading. */
function partOf(above: Draft | null, head: TaskHead, first: TaskHead | undefined): Draft | null {
  const title = above?.parent === null && first?.section.level === 1 && above.line === first.section.line;
  return title && head.section.parent === first.section && !head.key?.startsWith(`${above.key}.`) ? null : above;
}

/** The same task once more, as in a summary at the end. */
const saidBefore = (head: TaskHead, parent: Draft | null, before: readonly Draft[]): boolean =>
  before.some(({ title, parent: other }) => {
    const same = slugOf(title) === slugOf(head.title);
    return same || (other === parent && /^(?:complete|summary|details?|notes|results?|)\W*$/i.test(head.title));
  });

function titleField(outline: Outline, own: readonly number[]): string | null {
  for (const index of own) {
    const found = labelled(outline.lines[index]?.text ?? '');
    if (found !== null && fieldName(found.label) === 'title' && found.value !== '') return cleanTitle(found.value);
  }
  return null;
}

/** The status line of a task, else its heading, the heading it is sorted below, and its steps. */
function statusOf(draft: Draft, head: TaskHead, boxes: readonly Entry[]): ItemStatus {
  if (draft.status !== 'open') return draft.status;
  if (head.status !== null && head.status !== 'open') return head.status;
  const sorted = sectionPath(head.section.parent)
    .map(({ title }) => statusName(title))
    .findLast(status => status !== null);
  if (sorted != null && sorted !== 'open') return sorted;
  const steps = boxes.filter(({ content }) => content !== '');
  if (steps.length === 0 || draft.told === true || saysOpen(head)) return 'open';
  if (steps.every(({ status }) => status === 'done')) return 'done';
  return steps.some(({ status }) => status === 'done') ? 'in-progress' : 'open';
}

const saysOpen = (head: TaskHead): boolean => head.status === 'open';

export const headed = markdownDialect({
  name: 'headed',
  title: 'headed task list',
  looks_like: '## Task 3: Title, below it lines such as **Status**: In Progress and **Dependencies**: Task 1, Task 2',
  see: outline => {
    const heads = taskHeads(outline);
    const [first] = heads;
    if (first === undefined) return NOT_THIS;
    const outside = outsideOf(heads, outerBoxes(outline)).length;
    const alone = first.section.level === 1 && first.key !== null ? 0.75 : 0.55;
    const score = outside > heads.length * 3 ? 0.35 : heads.length === 1 ? alone : 0.87;
    return {
      score: first.section.level === 7 ? score - 0.2 : score,
      because: `${heads.length} headings such as “${first.section.title.slice(0, 40)}”`,
    };
  },
  take: outline => {
    const { drafts, unread } = readHeaded(outline);
    return finishPlan(outline, drafts, unread);
  },
});
