import type { PlanDocument, PlanTask } from './document.ts';
import { insertAfter, type TextEdit } from './edit.ts';
import { apart, lastContent } from './log.ts';

export type Place = { readonly line: number; readonly indent: string; readonly gap: boolean; readonly list: boolean };

/** The tasks that stand in no other task, in the order of their lines. */
export type TopTasks = readonly PlanTask[];

export function topTasks(document: PlanDocument): TopTasks {
  const top: PlanTask[] = [];
  for (const task of document.tasks) if (task.line >= (top.at(-1)?.end ?? 0)) top.push(task);
  return top;
}

/** The end of a section: after its last task, else after its last words. */
export function sectionPlace(
  document: PlanDocument,
  tops: TopTasks,
  heading: number | null,
  end: number | null,
): Place | null {
  if (heading === null || end === null) return null;
  const siblings = tops.filter(task => task.line > heading && task.line < end);
  const last = siblings.at(-1);
  if (last === undefined) return { line: lastContent(document, heading, end), indent: '', gap: true, list: false };
  const indent = /^[ \t]*/.exec(document.lines[last.line]?.text ?? '')?.[0] ?? '';
  return { line: last.end - 1, indent, gap: isLoose(document, siblings), list: true };
}

/** Blank lines between tasks are kept as a habit; a single task with a block is taken to have it. */
function isLoose(document: PlanDocument, siblings: readonly PlanTask[]): boolean {
  const last = siblings.at(-1);
  if (siblings.length < 2 || last === undefined) return last !== undefined && last.end > last.line + 1;
  return (document.lines[last.line - 1]?.indent ?? 0) < 0;
}

export const inSection = (document: PlanDocument, place: Place, lines: readonly string[]): TextEdit =>
  place.list && !place.gap ? apart(document, place.line, lines) : insertAfter(document, place.line, ['', ...lines]);

/** The tasks of the file that a new one stands between: it comes right after the first, or before the second where there is none. */
export type Between = { readonly after: string | null; readonly before: string };

/** Writes a task between two others of its parent; null where they do not stand in the file in this order. */
export function besideEdit(
  document: PlanDocument,
  here: ReadonlyMap<string, PlanTask>,
  { parent, between }: { readonly parent: string | null; readonly between?: Between },
  lines: (indent: string) => readonly string[],
): TextEdit | null {
  if (between === undefined) return null;
  const [above, below] = [here.get(between.after ?? ''), here.get(between.before)];
  if (below === undefined || below.parent !== parent) return null;
  const indent = indentAt(document, below);
  if (between.after === null) {
    const gap = below.end > below.line + 1 && indent === '';
    return insertAfter(document, below.line - 1, [...lines(indent), ...(gap ? [''] : [])]);
  }
  if (above === undefined || above.parent !== parent || above.end > below.line) return null;
  const gap = isLoose(document, [above, below]);
  return inSection(document, { line: above.end - 1, indent, gap, list: true }, lines(indent));
}

const indentAt = (document: PlanDocument, task: PlanTask): string =>
  /^[ \t]*/.exec(document.lines[task.line]?.text ?? '')?.[0] ?? '';
