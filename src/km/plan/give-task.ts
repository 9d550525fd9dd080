import { isoSeconds } from '../../core/clock.ts';
import type { TaskNote } from '../../core/task.ts';
import type { PlanTask } from './document.ts';
import { appendNotes, setBox, setLastUpdated, type TextEdit } from './edit.ts';
import { setField } from './edit-field.ts';
import { sameValue, VALUE_NAMES, type ValueName } from './merge.ts';
import { matchNotes, oneLine, printNote, readNotes } from './notes.ts';
import type { KnownTask } from './rows.ts';
import type { Edited, Group, Way } from './settle.ts';
import { PERSON, type Side } from './side.ts';
import type { Taken } from './tally.ts';
import { boxClass, type PlanValues, readValues, TIES } from './values.ts';
import { asWritten } from './written.ts';

/** What the file must be told about one of its tasks. */
export function taskGroup(
  side: Side,
  task: PlanTask,
  old: PlanTask | undefined,
  known: KnownTask | undefined,
  taken: Taken,
): readonly Group[] {
  if (known === undefined) return [];
  const box = taken.boxes.get(task.key);
  const notes = missingNotes(side, task, old, known).map(note => oneLine(printNote(note)));
  const changed = taken.values.get(task.key);
  if (box === undefined && changed === undefined && notes.length === 0) return [];
  const was = readValues(side.file, task);
  const values = withUnknown(changed ?? {}, was, taken);
  const names = VALUE_NAMES.filter(name => values[name] !== undefined);
  const by = known.last_agent ?? side.agent;
  const edits = (way: 'careful' | 'anew'): readonly TextEdit[] => [
    ...(box === undefined ? [] : setBox(task, box)),
    ...setLastUpdated(side.file, task, isoSeconds(side.now), by),
    ...names.flatMap(name => {
      const value = values[name];
      return value === undefined ? [] : setField(side.file, task, name, value, way);
    }),
    ...appendNotes(side.file, task, notes),
  ];
  // A value that the file cannot say must not hold back the box.
  const withoutValues: Way = {
    edits: [
      ...(box === undefined ? [] : setBox(task, box)),
      ...setLastUpdated(side.file, task, isoSeconds(side.now), by),
      ...appendNotes(side.file, task, notes),
    ],
    holds: edited => tookAll(edited, task.key, { box, values: {}, names: [], was, notes }, 'careful'),
    without_values: true,
  };
  return [
    {
      key: task.key,
      count: Number(box !== undefined) + names.length + notes.length,
      edits: edits('careful'),
      holds: edited => tookAll(edited, task.key, { box, values, names, was, notes }, 'careful'),
      otherwise: [
        {
          edits: edits('anew'),
          holds: edited => tookAll(edited, task.key, { box, values, names, was, notes }, 'anew'),
        },
        ...(names.length > 0 && (box !== undefined || notes.length > 0) ? [withoutValues] : []),
      ],
    },
  ];
}

type Value = PlanValues[ValueName];

type Wanted = {
  readonly box: 'open' | 'done' | 'cancelled' | undefined;
  readonly values: Partial<PlanValues>;
  readonly names: readonly ValueName[];
  readonly was: PlanValues;
  readonly notes: readonly string[];
};

/** Does the edited file say it, and nothing else? A field that was written anew may say it in other words. */
function tookAll({ document, tasks }: Edited, key: string, wanted: Wanted, way: 'careful' | 'anew'): boolean {
  const { box, values, names, was, notes } = wanted;
  const now = tasks.get(key);
  if (now === undefined || (box !== undefined && boxClass(now.box) !== box)) return false;
  const is = readValues(document, now);
  const shown = new Set(readNotes(document, now).map(oneLine));
  const took = VALUE_NAMES.every(name => {
    const value = values[name];
    if (!names.includes(name) || value === undefined) return sameValue(is[name], was[name]);
    return (
      sameValue(is[name], asWritten(name, value)) ||
      (way === 'anew' && isCloser(is[name], asWritten(name, value), was[name]))
    );
  });
  return took && notes.every(note => shown.has(note));
}

/** Another value than before, in which no item of a list is missing. */
function isCloser(is: Value, wanted: Value, was: Value): boolean {
  if (sameValue(is, was)) return false;
  return !Array.isArray(is) || !Array.isArray(wanted) || wanted.every(item => is.includes(item));
}

/** Ties to tasks that do not exist (yet) stay in the file. */
function withUnknown(values: Partial<PlanValues>, was: PlanValues, taken: Taken): Partial<PlanValues> {
  let result = values;
  for (const name of TIES) {
    const wanted = values[name];
    const unknown = was[name].filter(key => !taken.tasks.has(key));
    if (wanted !== undefined && unknown.length > 0) result = { ...result, [name]: [...wanted, ...unknown] };
  }
  return result;
}

/** A person's note that was synced once is theirs to change or take out of the file; all others must be there. */
function missingNotes(side: Side, task: PlanTask, old: PlanTask | undefined, known: KnownTask): readonly TaskNote[] {
  if (known.notes.length === 0) return [];
  const { missing } = matchNotes(readNotes(side.file, task), known.notes);
  if (missing.length === 0) return [];
  const before = new Set(side.base === null || old === undefined ? [] : readNotes(side.base, old).map(oneLine));
  const since = side.synced_at?.slice(0, 19) ?? '';
  return missing.filter(
    note =>
      note.agent !== PERSON ||
      (note.at.slice(0, 19) >= since && !before.has(oneLine(note.text)) && !before.has(oneLine(printNote(note)))),
  );
}
