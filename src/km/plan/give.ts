import { isoSeconds } from '../../core/clock.ts';
import type { Task, TaskNote } from '../../core/task.ts';
import { type AddedStage, type AddedTask, addTasks, isWritable, isWritableStage } from './add.ts';
import type { Box, PlanDocument, PlanStage, PlanTask } from './document.ts';
import { appendNotes, editPlan, setBox, setField, setHeader, setLastUpdated, type TextEdit } from './edit.ts';
import { appendDoneLog, isLogged, logIndex, printDoneEntry } from './log.ts';
import { sameValue, VALUE_NAMES, valuesOf } from './merge.ts';
import { matchNotes, oneLine, printNote, readNotes } from './notes.ts';
import { otherKeys, PERSON, readTasks, type Side, tasksByKey } from './side.ts';
import type { Taken } from './take.ts';
import { boxClass, type PlanValues, readValues } from './values.ts';

/** Edits that belong together, and how to see in the edited file that they took. */
type Group = {
  readonly edits: readonly TextEdit[];
  /** Field changes that the edits make. */
  readonly count: number;
  /** Key of the task whose values are written, if any are. */
  readonly key: string | null;
  readonly holds: (edited: PlanDocument) => boolean;
};

export type Given = {
  readonly document: PlanDocument;
  /** Field changes written to the file. */
  readonly changes: number;
  /** Keys of the tasks and stages that the file did not have. */
  readonly added: readonly string[];
  /** Keys of tasks whose values were written. */
  readonly written: readonly string[];
};

/** Makes the file say what only the database knows. Pure but for reading the database. */
export function giveFile(side: Side, taken: Taken): Given {
  const all = readTasks(side.km, side.project_id);
  const added = side.adopts ? newTasks(side, all) : { tasks: [], stages: [] };
  const base = tasksByKey(side.base);
  const groups = [
    ...side.file.tasks.flatMap(task => taskGroup(side, task, base.get(task.key), all.get(task.key), taken)),
    ...side.file.stages.flatMap(stage => stageGroup(side, stage, all)),
    ...addedGroup(side.file, added.tasks, added.stages),
    ...logGroup(side, [...side.file.tasks, ...added.tasks], all, taken),
  ];
  const kept = settle(side.file, groups);
  if (kept.length === 0) return { document: side.file, changes: 0, added: [], written: [] };
  const header = setHeader(side.file, isoSeconds(side.now), side.agent);
  const document = editPlan(side.file, [...header, ...kept.flatMap(group => group.edits)]);
  const here = new Set([...document.tasks, ...document.stages].map(item => item.key));
  return {
    document,
    changes: kept.reduce((sum, group) => sum + group.count, 0),
    added: [...added.tasks, ...added.stages].map(item => item.key).filter(key => here.has(key)),
    written: [
      ...kept.flatMap(group => group.key ?? []),
      ...added.tasks.map(task => task.key).filter(key => here.has(key)),
    ],
  };
}

/** Keeps the groups that take: a place that cannot be edited (a fence that is never closed) is left as it is. */
function settle(file: PlanDocument, groups: readonly Group[]): readonly Group[] {
  const works = (some: readonly Group[]) => {
    const edited = editPlan(
      file,
      some.flatMap(group => group.edits),
    );
    const keys = new Set([...edited.tasks, ...edited.stages].map(item => item.key));
    const whole = [...file.tasks, ...file.stages].every(item => keys.has(item.key));
    return whole && edited.duplicates.length === 0 && some.every(group => group.holds(edited));
  };
  if (works(groups)) return groups;
  const kept: Group[] = [];
  for (const group of groups) if (works([...kept, group])) kept.push(group);
  return kept;
}

function taskGroup(
  side: Side,
  task: PlanTask,
  old: PlanTask | undefined,
  known: Task | undefined,
  taken: Taken,
): readonly Group[] {
  if (known === undefined) return [];
  const box = taken.boxes.get(task.key);
  const was = readValues(side.file, task);
  const values = withUnknown(taken.values.get(task.key) ?? {}, was, taken);
  const names = VALUE_NAMES.filter(name => values[name] !== undefined);
  const notes = missingNotes(side, task, old, known).map(note => oneLine(printNote(note)));
  if (box === undefined && names.length === 0 && notes.length === 0) return [];
  const fields = names.flatMap(name => {
    const value = values[name];
    return value === undefined ? [] : setField(side.file, task, name, value);
  });
  const by = known.last_agent ?? side.agent;
  return [
    {
      key: task.key,
      count: Number(box !== undefined) + names.length + notes.length,
      edits: [
        ...(box === undefined ? [] : setBox(task, box)),
        ...setLastUpdated(side.file, task, isoSeconds(side.now), by),
        ...fields,
        ...appendNotes(side.file, task, notes),
      ],
      holds: edited => {
        const now = tasksByKey(edited).get(task.key);
        if (now === undefined || (box !== undefined && boxClass(now.box) !== box)) return false;
        const is = readValues(edited, now);
        const shown = new Set(readNotes(edited, now).map(oneLine));
        const took = names.every(name => sameValue(is[name], values[name] ?? null) || !sameValue(is[name], was[name]));
        return took && notes.every(note => shown.has(note));
      },
    },
  ];
}

/** Dependencies on tasks that do not exist (yet) stay in the file. */
function withUnknown(values: Partial<PlanValues>, was: PlanValues, taken: Taken): Partial<PlanValues> {
  if (values.depends_on === undefined) return values;
  const unknown = was.depends_on.filter(key => !taken.keys.has(key));
  return { ...values, depends_on: [...values.depends_on, ...unknown] };
}

/** A person's note that was synced once is theirs to change or take out of the file; all others must be there. */
function missingNotes(side: Side, task: PlanTask, old: PlanTask | undefined, known: Task): readonly TaskNote[] {
  const { missing } = matchNotes(readNotes(side.file, task), side.km.notes(known.id));
  const before = new Set(side.base === null || old === undefined ? [] : readNotes(side.base, old).map(oneLine));
  const since = side.synced_at?.slice(0, 19) ?? '';
  return missing.filter(
    note =>
      note.agent !== PERSON ||
      (note.at.slice(0, 19) >= since && !before.has(oneLine(note.text)) && !before.has(oneLine(printNote(note)))),
  );
}

/** A stage is ticked when its tasks are done, and unticked when it was ticked with all of them closed and one is open again. */
function stageGroup(side: Side, stage: PlanStage, all: ReadonlyMap<string, Task>): readonly Group[] {
  const { item, key } = stage;
  const known = all.get(key);
  if (item === null || known === undefined) return [];
  const old = side.base?.stages.find(other => other.key === key);
  const children = (side.base?.tasks ?? []).filter(task => task.parent === key);
  const wasWhole =
    children.length > 0 && children.every(task => boxClass(task.box) !== 'open') && old?.item?.box === 'done';
  const reopened =
    wasWhole && children.some(task => !['done', 'cancelled', undefined].includes(all.get(task.key)?.status));
  const box: Box | null =
    known.status === 'done' && item.box !== 'done'
      ? 'done'
      : reopened && known.status !== 'done' && item.box === 'done'
        ? 'open'
        : null;
  if (box === null) return [];
  const holds = (edited: PlanDocument) => edited.stages.find(other => other.key === key)?.item?.box === box;
  return [{ key: null, count: 1, edits: setBox(item, box), holds }];
}

/** Tasks of the database that never stood in a plan file. */
function newTasks(
  side: Side,
  all: ReadonlyMap<string, Task>,
): { tasks: readonly AddedTask[]; stages: readonly AddedStage[] } {
  const documents = [side.file, ...(side.base === null ? [] : [side.base])];
  const here = new Set(documents.flatMap(document => [...document.tasks, ...document.stages]).map(item => item.key));
  const candidates = [...all.values()].filter(task => !here.has(task.key));
  if (candidates.length === 0) return { tasks: [], stages: [] };
  const elsewhere = otherKeys(side);
  const fresh = candidates.filter(task => !elsewhere.has(task.key) && !hasVanished(side, task));
  const box = (task: Task): Box => (task.status === 'done' || task.status === 'cancelled' ? task.status : 'open');
  const stages = fresh.filter(task => task.kind === 'stage' && isWritableStage(task.key));
  const tasks = fresh.filter(task => task.kind === 'task' && isWritable(task.key, task.title));
  return {
    stages: stages.map(task => ({ key: task.key, title: task.title, box: box(task) })),
    tasks: tasks.map(task => ({
      key: task.key,
      parent: task.parent,
      box: box(task),
      values: valuesOf(task),
      created_at: isoSeconds(new Date(task.created_at)),
      created_by: createdBy(side, task),
      notes: side.km.notes(task.id).map(printNote),
    })),
  };
}

const createdBy = (side: Side, task: Task): string =>
  side.km.history(task.id).find(entry => entry.kind === 'created')?.agent ?? task.last_agent ?? side.agent;

/** A task that vanished from a plan file is not written into it again. */
const hasVanished = (side: Side, task: Task): boolean =>
  side.km.history(task.id).some(entry => JSON.stringify(entry.data.vanished ?? false) !== 'false');

function addedGroup(file: PlanDocument, tasks: readonly AddedTask[], stages: readonly AddedStage[]): readonly Group[] {
  const count = tasks.length + stages.length;
  if (count === 0) return [];
  const holds = (edited: PlanDocument) => {
    const keys = new Set([...edited.tasks, ...edited.stages].map(item => item.key));
    return [...tasks, ...stages].every(item => keys.has(item.key));
  };
  return [{ key: null, count, edits: addTasks(file, tasks, stages), holds }];
}

/** Tasks that became done since they are in the database (not those that a plan listed as done from the start). */
function logGroup(
  side: Side,
  tasks: readonly { readonly key: string }[],
  all: ReadonlyMap<string, Task>,
  taken: Taken,
): readonly Group[] {
  const logged = logIndex(side.file);
  const due = tasks.flatMap(({ key }) => {
    const task = all.get(key);
    if (task?.status !== 'done' || (logged.has(key) && taken.boxes.get(key) !== 'done')) return [];
    const last = side.km.history(task.id).findLast(entry => entry.kind === 'status' && entry.data.to === 'done');
    if (last === undefined) return [];
    const commit = typeof last.data.commit === 'string' ? last.data.commit : null;
    if (isLogged(logged, key, commit)) return [];
    const entry = { key, title: task.title, proof: task.proof, commit, agent: last.agent, date: last.at.slice(0, 10) };
    return [{ key, commit, line: printDoneEntry(entry) }];
  });
  if (due.length === 0) return [];
  const edits = appendDoneLog(
    side.file,
    due.map(entry => entry.line),
  );
  const holds = (edited: PlanDocument) => {
    const index = logIndex(edited);
    return due.every(({ key, commit }) => isLogged(index, key, commit));
  };
  return [{ key: null, count: due.length, edits, holds }];
}
