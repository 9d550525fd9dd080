import type { PlanDocument, PlanTask } from './document.ts';
import { insertAfter, lastLine, layoutOf, type TextEdit } from './edit.ts';
import { replaceLines } from './edit-text.ts';
import type { ListItem } from './items.ts';

/** How a new item of a list begins. */
export type Start = { readonly indent: string; readonly marker: string };

export type ItemsChange<T> = {
  readonly items: readonly ListItem[];
  /** Those of them that go. */
  readonly gone: readonly ListItem[];
  /** New items by the line that they follow; null: below a label of their own. */
  readonly added: ReadonlyMap<number | null, readonly T[]>;
  /** The lines of a new item. */
  readonly lines: (item: T, start: Start) => readonly string[];
};

/** Takes items out of a list and puts others in; no other byte changes. */
export function changeItems<T>(
  document: PlanDocument,
  task: PlanTask,
  label: string,
  { items, gone, added, lines }: ItemsChange<T>,
): readonly TextEdit[] {
  const layout = layoutOf(document, task);
  const start = startOf(document, items) ?? { indent: layout.indent + layout.step, marker: layout.marker };
  const removed = new Set(gone.flatMap(linesOf));
  const edits: TextEdit[] = gone.flatMap(item => (item.inline ? [{ from: item.from, to: item.to, text: '' }] : []));
  const places = new Map<number, readonly string[]>();
  for (const [place, some] of added) {
    const text = some.flatMap(item => lines(item, start));
    if (place !== null) places.set(place, text);
    else edits.push(newField(document, task, `${layout.indent}${layout.marker} **${label}:**`, text));
  }
  return [...edits, ...changeLines(document, removed, places)];
}

/** The lines that only this item stands on. */
const linesOf = (item: ListItem): readonly number[] =>
  Array.from({ length: item.end - item.line }, (_, index) => item.line + index).slice(item.inline ? 1 : 0);

/** The white space and the marker of the first item that has a line of its own. */
function startOf(document: PlanDocument, items: readonly ListItem[]): Start | null {
  for (const item of items) {
    const match = item.inline ? null : /^([ \t]*)([-*+])[ \t]/.exec(document.lines[item.line]?.text ?? '');
    if (match !== null) return { indent: match[1] ?? '', marker: match[2] ?? '-' };
  }
  return null;
}

function newField(document: PlanDocument, task: PlanTask, head: string, lines: readonly string[]): TextEdit {
  const fields = task.chunks.filter(part => part.name !== 'notes' && part.name !== 'other');
  return insertAfter(document, lastLine(task, fields.at(-1) ?? null), [head, ...lines]);
}

/** Takes lines out and puts others in (by the line that they follow), as edits that do not touch each other. */
function changeLines(
  document: PlanDocument,
  removed: ReadonlySet<number>,
  places: ReadonlyMap<number, readonly string[]>,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  const left = new Map(places);
  const take = (line: number): readonly string[] => {
    const added = left.get(line) ?? [];
    left.delete(line);
    return added;
  };
  for (const from of [...removed].toSorted((one, other) => one - other)) {
    if (removed.has(from - 1)) continue;
    const run = [from];
    for (let line = from + 1; removed.has(line); line += 1) run.push(line);
    edits.push(...replaceLines(document, run, [from - 1, ...run].flatMap(take)));
  }
  return [...edits, ...[...left].map(([line, added]) => insertAfter(document, line, added))];
}
