import type { Km, TaskEdit } from '../km.ts';
import { dedent, type FieldName, type PlanDocument, type PlanTask } from './document.ts';
import { READER } from './marks.ts';
import { asEdit, sameValue, type ValueName, valuesOf } from './merge.ts';
import type { PlanFileRow } from './records.ts';
import type { KnownTask } from './rows.ts';
import { type KnownTasks, onlyKnown, readKnown } from './side.ts';
import { NO_VALUES, type PlanValues, readValues } from './values.ts';

const LLMCLIS = 'llmclis';

/** Fields that the first reading did not know. */
const NEW_FIELDS: readonly FieldName[] = [
  'acceptance',
  'related',
  'discovered_from',
  'complexity',
  'queue',
  'assignee',
  'due',
];
const NEW_VALUES: readonly ValueName[] = [
  'acceptance',
  'checklist',
  'links',
  'related',
  'discovered_from',
  'complexity',
  'queue',
  'assignee',
  'due',
];

/**
 * Brings the database along where a plan was last synced by an older reading: the tasks get what their plan said then in
 * the fields that there are now. The file is not touched, and what was changed in the database since stays changed.
 */
export function upgradeReading({
  km,
  project_id,
  row,
  base,
}: {
  readonly km: Km;
  readonly project_id: number;
  readonly row: PlanFileRow | null;
  readonly base: PlanDocument | null;
}): void {
  if (row === null || base === null || row.reader >= READER) return;
  const all = readKnown({ km, project_id });
  for (const task of base.tasks) {
    const known = all.get(task.key);
    if (known === undefined) continue;
    const edit = upgraded(base, task, known, all);
    if (Object.keys(edit).length > 0) km.editTask(known.id, edit, LLMCLIS);
  }
  km.savePlanFile({ ...row, reader: READER });
}

function upgraded(base: PlanDocument, task: PlanTask, known: KnownTask, all: KnownTasks): TaskEdit {
  const says = onlyKnown(readValues(base, task), all);
  const has = valuesOf(known);
  const missing = NEW_VALUES.filter(
    name => sameValue(has[name], NO_VALUES[name]) && !sameValue(says[name], NO_VALUES[name]),
  );
  const description = withoutFields(known.description, firstReading(base, task), says.description);
  const values: Partial<PlanValues> = {
    ...Object.fromEntries(missing.map(name => [name, says[name]])),
    ...(description === known.description ? {} : { description }),
  };
  return asEdit(values);
}

type Old = { readonly own: string; readonly rest: string };

/** The description of the first reading: its field, then everything that had no field of its own, links and checklist too. */
function firstReading(document: PlanDocument, task: PlanTask): Old {
  const lines = (from: number, end: number, columns: number) =>
    document.lines.slice(from, end).flatMap(line => (line.kind === 'comment' ? [] : [dedent(line.text, columns)]));
  const own = task.chunks.find(chunk => chunk.name === 'description');
  const others = task.chunks.filter(
    chunk => chunk !== own && ['other', 'checklist', 'links', 'description', ...NEW_FIELDS].includes(chunk.name),
  );
  return {
    own: own === undefined ? '' : tidy([own.value, ...lines(own.line + 1, own.end, own.content_indent)]),
    rest: tidy(others.flatMap(chunk => lines(chunk.line, chunk.end, chunk.indent))),
  };
}

const joined = (own: string, rest: string): string => [own, rest].filter(text => text !== '').join('\n');

/** Lines as one text without blank lines at its ends. */
function tidy(lines: readonly string[]): string {
  const first = lines.findIndex(line => line.trim() !== '');
  const last = lines.findLastIndex(line => line.trim() !== '');
  return first < 0 ? '' : lines.slice(first, last + 1).join('\n');
}

/** The database's description without what has a field now: all of it, or the end that the plan's block gave it. */
function withoutFields(description: string, old: Old, says: string): string {
  if (description === joined(old.own, old.rest)) return says;
  const rest = says.startsWith(old.own) ? says.slice(old.own.length).replace(/^\n/, '') : says;
  if (old.rest === '' || !description.endsWith(`\n${old.rest}`)) return description;
  return joined(description.slice(0, -old.rest.length - 1), rest);
}
