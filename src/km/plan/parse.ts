import { labelled, readChunks } from './block.ts';
import type { BoxItem, Line, PlanDocument, PlanTask, Span } from './document.ts';
import { boxItem, stageHead, taskHead } from './heads.ts';
import { scanLines } from './scan.ts';

type Section = { readonly line: number; readonly level: number; readonly text: string; end: number };
type FoundTask = BoxItem & Pick<PlanTask, 'key' | 'title' | 'title_from' | 'parent'> & { end: number; own_end: number };
type FoundStage = { key: string; title: string; item: BoxItem | null; heading: number | null; end: number | null };

const MARKER = /^(?:<{7}|>{7}|\|{7})(?: |$)/;

/** Reads any text as a plan. It never fails: what is not understood stays in `lines` as it is. */
export function parsePlan(text: string): PlanDocument {
  const { bom, lines } = scanLines(text);
  const sections = readSections(lines);
  const { tasks, stages, unrecognised, duplicates } = readItems(lines, sections);
  const done = sections.filter(section => /^[^\p{L}\p{N}]*done\b/iu.test(section.text));
  const log = done.find(section => /\blog\b/i.test(section.text)) ?? done[0];
  return {
    bom,
    lines,
    eol: lines.find(line => line.eol !== '')?.eol || '\n',
    header: readHeader(lines, tasks[0]?.line ?? lines.length),
    stages: withFirstTasks([...stages.values()], tasks, lines.length),
    tasks: tasks.map(task => ({ ...task, chunks: readChunks(lines, task.line + 1, task.own_end) })),
    done_log: log === undefined ? null : { heading: log.line, end: log.end },
    unrecognised,
    markers: findMarkers(lines),
    duplicates,
  };
}

/** Lines of merge conflict markers; inside code they count when all three of a conflict are there. */
function findMarkers(lines: readonly Line[]): readonly number[] {
  const found: number[] = [];
  for (const [index, { text }] of lines.entries())
    if ((text.startsWith('<<<') || text.startsWith('>>>') || text.startsWith('|||')) && MARKER.test(text))
      found.push(index);
  return found.filter(index => lines[index]?.kind !== 'code' || isWholeConflict(lines, index));
}

/** Is this line a part of `<<<<<<<`, `=======`, `>>>>>>>` in this order? */
function isWholeConflict(lines: readonly Line[], index: number): boolean {
  const find = (from: number, step: 1 | -1, mark: RegExp, stop: RegExp): number => {
    for (let at = from; at >= 0 && at < lines.length; at += step) {
      const text = lines[at]?.text ?? '';
      if (mark.test(text)) return at;
      if (stop.test(text)) return -1;
    }
    return -1;
  };
  const first = /^<{7}(?: |$)/.test(lines[index]?.text ?? '')
    ? index
    : find(index - 1, -1, /^<{7}(?: |$)/, /^>{7}(?: |$)/);
  const middle = first < 0 ? -1 : find(first + 1, 1, /^={7}$/, /^(?:<{7}|>{7})(?: |$)/);
  return middle >= 0 && find(middle + 1, 1, /^>{7}(?: |$)/, /^<{7}(?: |$)/) >= Math.max(index, middle);
}

/** Tasks come in the order of their lines, and so do the headings that are asked for one after the other. */
function withFirstTasks(
  stages: readonly FoundStage[],
  tasks: readonly FoundTask[],
  end: number,
): PlanDocument['stages'] {
  const headings = stages.map(stage => stage.heading ?? 0).toSorted((one, other) => one - other);
  const first = new Map<number, number>();
  let place = 0;
  for (const heading of headings) {
    while ((tasks[place]?.line ?? end) <= heading && place < tasks.length) place += 1;
    first.set(heading, tasks[place]?.line ?? end);
  }
  return stages.map(stage => ({ ...stage, first_task: first.get(stage.heading ?? 0) ?? end }));
}

function readSections(lines: readonly Line[]): readonly Section[] {
  const sections: Section[] = [];
  const open: Section[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.level === 0 || line.kind !== 'text') continue;
    while ((open.at(-1)?.level ?? 0) >= line.level) {
      const closed = open.pop();
      if (closed !== undefined) closed.end = index;
    }
    const words = line.text
      .trim()
      .replace(/^#+/, '')
      .replace(/[ \t]#+$/, '')
      .trim();
    const section = { line: index, level: line.level, text: words, end: lines.length };
    sections.push(section);
    open.push(section);
  }
  return sections;
}

type Open = { readonly kind: 'task' | 'stage'; readonly key: string; readonly indent: number };
type Items = {
  readonly tasks: FoundTask[];
  readonly keys: Map<string, number>;
  readonly stages: Map<string, FoundStage>;
  readonly unrecognised: number[];
  readonly duplicates: { readonly key: string; readonly first: number; readonly second: number }[];
};

function readItems(lines: readonly Line[], sections: readonly Section[]): Items {
  const items: Items = { tasks: [], keys: new Map(), stages: new Map(), unrecognised: [], duplicates: [] };
  const headings = new Map(sections.map(section => [section.line, section]));
  let open: readonly Open[] = [];
  let stage: { readonly key: string; readonly end: number } | null = null;
  for (const [index, line] of lines.entries()) {
    if (line.indent < 0) continue;
    if (stage !== null && index >= stage.end) stage = null;
    const heading = headings.get(index);
    if (heading !== undefined) open = [];
    else if (open.some(block => line.indent < block.indent + 2))
      open = open.filter(block => line.indent >= block.indent + 2);
    const named = heading === undefined ? null : stageHead(heading.text);
    if (heading !== undefined && named !== null) {
      stage = { key: named.key, end: heading.end };
      const found = stageOf(items, named);
      if (found.heading === null) Object.assign(found, { heading: index, end: heading.end });
    }
    const item = heading === undefined ? boxItem(line, index) : null;
    const opened = item === null ? null : placeItem(items, item, open, stage?.key ?? null);
    if (opened !== null) open = [...open, opened];
  }
  for (const [place, task] of items.tasks.entries()) {
    const same = items.stages.get(task.key);
    if (same !== undefined)
      items.duplicates.push({ key: task.key, first: same.item?.line ?? same.heading ?? 0, second: task.line });
    task.end = blockEnd(lines, task);
    const nested = items.tasks[place + 1];
    task.own_end = nested === undefined || nested.line >= task.end ? task.end : withoutBlank(lines, nested.line);
  }
  return items;
}

/** Puts a check box where it belongs; the answer is the block it opens, if any. */
function placeItem(items: Items, item: BoxItem, open: readonly Open[], section: string | null): Open | null {
  const inTask = open.some(block => block.kind === 'task');
  const named = inTask ? null : stageHead(item.content);
  if (named !== null) {
    const stage = stageOf(items, named);
    if (stage.item !== null) {
      items.duplicates.push({ key: stage.key, first: stage.item.line, second: item.line });
      return null;
    }
    stage.item = item;
    stage.title = named.title || stage.title;
    return { kind: 'stage', key: stage.key, indent: item.indent };
  }
  const head = taskHead(item.content);
  if (head === null || (inTask && !head.bold)) {
    if (open.length === 0) items.unrecognised.push(item.line);
    return null;
  }
  const { key, title } = head;
  const same = items.keys.get(key);
  if (same !== undefined) {
    items.duplicates.push({ key, first: same, second: item.line });
    return null;
  }
  items.keys.set(key, item.line);
  const parent = open.at(-1)?.key ?? section;
  items.tasks.push({ ...item, key, title, title_from: item.content_from + head.title_at, parent, end: 0, own_end: 0 });
  return { kind: 'task', key, indent: item.indent };
}

function stageOf(items: Items, named: { readonly key: string; readonly title: string }): FoundStage {
  const known = items.stages.get(named.key);
  if (known !== undefined) return known;
  const made: FoundStage = { key: named.key, title: named.title, item: null, heading: null, end: null };
  items.stages.set(named.key, made);
  return made;
}

/** First line after a list item's block: everything that stands deeper, without trailing blank lines. */
function blockEnd(lines: readonly Line[], item: BoxItem): number {
  let end = item.line + 1;
  while (end < lines.length) {
    const line = lines[end];
    if (line === undefined || (line.indent >= 0 && line.indent < item.indent + 2)) break;
    end += 1;
  }
  return withoutBlank(lines, end);
}

function withoutBlank(lines: readonly Line[], end: number): number {
  let last = end;
  while (last > 0 && (lines[last - 1]?.indent ?? 0) < 0) last -= 1;
  return last;
}

const HEADER = { updated: /^last updated$/i, editor: /^last editor\b/i } as const;

function readHeader(lines: readonly Line[], end: number): PlanDocument['header'] {
  const find = (name: RegExp): Span | null => {
    for (const [index, line] of lines.slice(0, end).entries()) {
      const item = line.kind === 'text' && line.indent >= 0 && line.indent < 2 ? labelled(line.text) : null;
      if (item === null || item.label === null || !name.test(item.label)) continue;
      return { line: index, from: line.from + item.value_at, text: line.text.slice(item.value_at).trim() };
    }
    return null;
  };
  return { updated: find(HEADER.updated), editor: find(HEADER.editor) };
}
