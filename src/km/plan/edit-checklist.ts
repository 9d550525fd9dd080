import type { PlanDocument, PlanTask } from './document.ts';
import type { TextEdit } from './edit.ts';
import { changeItems, type Start } from './edit-items.ts';
import { indented } from './edit-text.ts';
import { checklistItems, type ListItem } from './items.ts';
import { checklistOf } from './steps.ts';
import { chunkOf } from './values.ts';

type NewStep = { readonly text: string; readonly done: boolean };

/** Sets a checklist item by item: a tick changes one character, a step that is new or gone adds or removes its lines. */
export function setChecklist(document: PlanDocument, task: PlanTask, steps: readonly string[]): readonly TextEdit[] {
  const items = checklistItems(document, task);
  const left = [...items];
  const ticks: TextEdit[] = [];
  const added = new Map<number | null, NewStep[]>();
  let after: ListItem | null = null;
  for (const step of checklistOf(steps)) {
    const found = takeItem(left, step);
    if (found === null) {
      const place = placeAfter(document, task, items, after);
      added.set(place, [...(added.get(place) ?? []), step]);
    } else {
      ticks.push(...tick(found, step.done));
      after = found;
    }
  }
  return [...ticks, ...changeItems(document, task, 'Checklist', { items, gone: left, added, lines: stepLines })];
}

/** The item with this text; among several the one that is ticked alike. */
function takeItem(items: ListItem[], { text, done }: NewStep): ListItem | null {
  const alike = items.findIndex(item => item.text === text && (item.box?.done ?? false) === done);
  const place = alike >= 0 ? alike : items.findIndex(item => item.text === text);
  return place < 0 ? null : (items.splice(place, 1)[0] ?? null);
}

function tick(item: ListItem, done: boolean): readonly TextEdit[] {
  if ((item.box?.done ?? false) === done) return [];
  if (item.box === null) return [{ from: item.from, to: item.from, text: '[x] ' }];
  return [{ from: item.box.at, to: item.box.at + 1, text: done ? 'x' : ' ' }];
}

/** The line that a new step follows: the end of the step before it, the label, or null where there is no list yet. */
function placeAfter(
  document: PlanDocument,
  task: PlanTask,
  items: readonly ListItem[],
  after: ListItem | null,
): number | null {
  if (after !== null) return after.end - 1;
  const label = chunkOf(task, 'checklist');
  if (label !== null) return label.line;
  const first = items[0];
  return first === undefined || document.lines[first.line - 1] === undefined ? null : first.line - 1;
}

/** The lines of a new step. */
export function stepLines({ text, done }: NewStep, { indent, marker }: Start): readonly string[] {
  const [first = '', ...more] = text
    .toWellFormed()
    .replaceAll('<!--', '<! --')
    .trim()
    .split(/\r\n|\n|\r/);
  const deeper = indented(`${indent}${' '.repeat(marker.length + 1)}`);
  return [`${indent}${marker} [${done ? 'x' : ' '}] ${first}`, ...more.map(deeper)];
}
