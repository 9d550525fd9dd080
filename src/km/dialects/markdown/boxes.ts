import { describe, ownLines, readBody } from './body.ts';
import { type Draft, newDraft } from './draft.ts';
import type { Entry, Outline, Section } from './outline.ts';
import { stageFinder } from './stages.ts';
import { cleanTitle } from './title.ts';

/** What a dialect knows about one box. */
export type BoxReading = {
  readonly key: string | null;
  readonly title: string;
  readonly status: Draft['status'];
  readonly slug?: string;
  readonly needs?: readonly string[];
  readonly rest?: Draft['rest'];
  /** False when its id says nothing about where it stands. */
  readonly placed?: boolean;
};

export type BoxRules = {
  /** Null for a list item that is no task: a box is then a step of the task around it. */
  readonly read: (entry: Entry) => BoxReading | null;
  /** The task that a key such as `1.2` stands below, whatever the indentation. */
  readonly keyParent?: (key: string) => string | null;
  /** Boxes that are no task and stand in none belong to the stage of their section. */
  readonly looseBoxes?: 'stage';
  /** Which stage a section is; by default each heading that says more than that tasks follow. */
  readonly stages?: (outline: Outline, drafts: Draft[]) => (section: Section | null) => Draft | null;
};

export type Boxes = {
  readonly drafts: Draft[];
  readonly unread: number[];
  readonly stageOf: (section: Section | null) => Draft | null;
};

/** Reads list items as tasks, their sections as stages, and what stands below an item as its body. */
export function readBoxes(outline: Outline, rules: BoxRules): Boxes {
  const drafts: Draft[] = [];
  const unread = [...outline.strange];
  const stageOf = (rules.stages ?? stageFinder)(outline, drafts);
  const made = new Map<Entry, Draft>();
  const byKey = new Map<string, Draft>();
  for (const entry of outline.entries) {
    const reading = rules.read(entry);
    if (reading === null || reading.title === '') continue;
    const { key, title, status } = reading;
    const above = key === null ? null : (rules.keyParent?.(key) ?? null);
    const keyed = above === null ? undefined : byKey.get(above);
    const inside = taskAround(entry, made);
    const stage = stageOf(entry.section);
    const draft = newDraft({
      kind: 'task',
      key,
      title,
      status,
      parent: inside ?? keyed ?? stage,
      line: entry.line,
      ...(reading.slug !== undefined && { slug: reading.slug }),
      ...(reading.placed === false && { placed: false }),
      needs: (reading.needs ?? []).map(text => ({ text, line: entry.line })),
      rest: { ...reading.rest },
    });
    if (key !== null && !byKey.has(key)) byKey.set(key, draft);
    made.set(entry, draft);
    drafts.push(draft);
  }
  readBodies(outline, made);
  const loose = outline.entries.filter(
    entry => entry.status !== null && entry.content !== '' && !made.has(entry) && taskAround(entry, made) === null,
  );
  if (rules.looseBoxes === 'stage') unread.push(...giveToStages(loose, drafts, stageOf));
  else unread.push(...loose.map(entry => entry.line));
  describeStages(outline, drafts);
  return { drafts, unread, stageOf };
}

function taskAround(entry: Entry, made: ReadonlyMap<Entry, Draft>): Draft | null {
  for (let at = entry.parent; at !== null; at = at.parent) {
    const draft = made.get(at);
    if (draft !== undefined) return draft;
  }
  return null;
}

function readBodies(outline: Outline, made: ReadonlyMap<Entry, Draft>): void {
  const inner = new Map<Draft, { tasks: Entry[]; boxes: Entry[] }>();
  for (const draft of made.values()) inner.set(draft, { tasks: [], boxes: [] });
  for (const entry of outline.entries) {
    const around = taskAround(entry, made);
    const lists = around === null ? undefined : inner.get(around);
    if (made.has(entry)) lists?.tasks.push(entry);
    else if (entry.status !== null) lists?.boxes.push(entry);
  }
  for (const [entry, draft] of made) {
    const { tasks, boxes } = inner.get(draft) ?? { tasks: [], boxes: [] };
    readBody(outline, draft, ownLines(entry.body, entry.end, tasks), boxes);
  }
}

/** Boxes outside every task are what their stage is checked by; the last stage above takes those of a section without one. */
function giveToStages(
  loose: readonly Entry[],
  drafts: readonly Draft[],
  stageOf: (section: Section | null) => Draft | null,
): number[] {
  const left: number[] = [];
  const used = new Set<Draft>();
  for (const draft of drafts)
    for (let at: Draft | null = draft.kind === 'task' ? draft : null; at !== null; at = at.parent) used.add(at);
  const stages = drafts.filter(draft => draft.kind === 'stage' && used.has(draft));
  for (const entry of loose) {
    const own = stageOf(entry.section);
    const stage = own !== null && used.has(own) ? own : stages.findLast(({ line }) => line < entry.line);
    if (stage === undefined) left.push(entry.line);
    else
      stage.rest.checklist = [
        ...(stage.rest.checklist ?? []),
        { text: cleanTitle(entry.content), done: entry.status === 'done' },
      ];
  }
  return left;
}

/** The paragraphs right below a stage's heading. */
function describeStages(outline: Outline, drafts: readonly Draft[]): void {
  const heads = new Set(outline.sections.map(section => section.line));
  const boxes = new Set(outline.entries.filter(entry => entry.status !== null).map(entry => entry.line));
  for (const stage of drafts) {
    if (stage.kind !== 'stage' || stage.rest.description !== undefined) continue;
    let end = stage.line + 1;
    while (end < outline.lines.length && !heads.has(end) && !boxes.has(end)) end += 1;
    const text = describe(outline.lines, ownLines(stage.line + 1, end, [])).replace(/^=+$\n*/m, '');
    if (text !== '') stage.rest.description = text;
  }
}
