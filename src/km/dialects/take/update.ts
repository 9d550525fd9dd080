import type { Failure, Result } from '../../../core/failure.ts';
import type { Task, TaskStatus } from '../../../core/task.ts';
import type { Km, TaskEdit } from '../../km.ts';
import { timeOf } from '../data/fields.ts';
import { type Conflict, fieldsOf, mergeFields, mergeLists } from './merge.ts';
import { clean, type Said, same } from './said.ts';
import type { TidyItem } from './tidy.ts';

/** Characters by which two notes are one, the date and author that a plan file adds included. */
const COMPARED = 400;

export type UpdateContext = {
  readonly km: Km;
  readonly agent: string;
  /** What a note without an author is signed with. */
  readonly dialect: string;
  readonly at: string;
  /** Key of the task that has this id in the source, now or before. */
  readonly keyOf: (id: string) => string | null;
  readonly conflicts: Conflict[];
};

const keysOf = (context: UpdateContext, ids: readonly string[]): readonly string[] =>
  ids.flatMap(id => context.keyOf(id) ?? []);

/** Brings what the source changed since it said `before` to its task. Answers whether the task changed. */
export function updateTask(context: UpdateContext, taskId: number, before: Said, one: TidyItem): boolean {
  const found = context.km.taskById(taskId);
  if (!found.ok) return false;
  const task = found.value;
  const { said } = one;
  const { edit, conflicts } = mergeFields(before, said, fieldsOf(task));
  const edited = change(context, task, edit);
  for (const conflict of conflicts) keepBoth(context, task, conflict);
  const moved = updateParent(context, task, before, said);
  const tied = updateTies(context, task, before, said);
  const status = said.kind === 'task' && updateStatus(context, task, before, said);
  const noted = addNotes(context, task.id, one, before.notes);
  return edited || moved || tied || status || noted;
}

/** Edits a task; a refusal is a conflict, both sides keep what they have. */
function change({ km, agent, conflicts }: UpdateContext, task: Task, edit: TaskEdit): boolean {
  if (Object.keys(edit).length === 0) return false;
  const edited = km.editTask(task.id, edit, agent);
  if (!edited.ok) conflicts.push(refused(task.key, Object.keys(edit).join(', '), JSON.stringify(edit), edited.error));
  return edited.ok;
}

export const refused = (key: string, field: string, file: string, { message }: Failure): Conflict => ({
  key,
  field,
  file,
  database: message,
});

/** The source's value is the field now; the other one stays as a note. */
function keepBoth(
  { km, agent, dialect, conflicts }: UpdateContext,
  { id, key }: Task,
  conflict: Omit<Conflict, 'key'>,
): void {
  const { field, database } = conflict;
  const text = `${field} was changed in the ${dialect} source and here; the source's value was taken, here it was: ${database}`;
  km.appendTaskNote(id, text, agent);
  conflicts.push({ key, ...conflict });
}

function updateParent(context: UpdateContext, task: Task, before: Said, said: Said): boolean {
  if (before.parent === said.parent) return false;
  const parent = said.parent === null ? null : context.keyOf(said.parent);
  return parent !== task.parent && change(context, task, { parent });
}

function updateTies(context: UpdateContext, task: Task, before: Said, said: Said): boolean {
  let changed = false;
  for (const name of ['depends_on', 'related', 'discovered_from'] as const) {
    if (same(before[name], said[name])) continue;
    const merged = mergeLists(keysOf(context, before[name]), keysOf(context, said[name]), task[name]);
    if (!same(merged, task[name])) changed = tie(context, task.key, task.id, { [name]: merged }) || changed;
  }
  return changed;
}

/** Sets ties; where one of them is refused (it closes a circle), the others are set one by one. */
export function tie(
  { km, agent, conflicts }: UpdateContext,
  key: string,
  taskId: number,
  ties: Pick<TaskEdit, 'depends_on' | 'related' | 'discovered_from'>,
): boolean {
  if (km.editTask(taskId, ties, agent).ok) return true;
  let changed = false;
  const add = (kind: 'blocks' | 'related' | 'discovered-from', others: readonly string[] = []) => {
    for (const other of others) {
      const added = km.addDependency(taskId, other, agent, kind);
      if (added.ok) changed = true;
      else conflicts.push(refused(key, kind === 'blocks' ? 'depends_on' : kind, other, added.error));
    }
  };
  add('blocks', ties.depends_on);
  add('related', ties.related);
  add('discovered-from', ties.discovered_from);
  return changed;
}

function updateStatus(context: UpdateContext, task: Task, before: Said, said: Said): boolean {
  if (said.status === before.status || said.status === task.status) return false;
  const { conflicts } = context;
  if (task.status !== before.status)
    keepBoth(context, task, { field: 'status', file: said.status, database: task.status });
  const moved = setStatus(context, task.id, said.status);
  if (!moved.ok) conflicts.push(refused(task.key, 'status', said.status, moved.error));
  return moved.ok;
}

/** Straight where that is legal, else through pending. */
function setStatus({ km, agent, dialect }: UpdateContext, id: number, status: TaskStatus): Result<Task> {
  const metadata = {
    agent,
    ...(status === 'done' ? { proof: 'accepted-by-person' as const } : {}),
    ...(status === 'blocked'
      ? { reason: 'needs_input' as const, detail: `Marked as blocked in the ${dialect} source.` }
      : {}),
    ...(status === 'pending' ? { fresh_tries: true } : {}),
  };
  const first = km.markTaskStatus(id, status, metadata);
  if (first.ok || status === 'pending') return first;
  const opened = km.markTaskStatus(id, 'pending', { agent, fresh_tries: true });
  return opened.ok ? km.markTaskStatus(id, status, metadata) : opened;
}

/** Notes that the source did not have before and nobody wrote here. */
export function addNotes(
  { km, dialect, at }: UpdateContext,
  taskId: number,
  { item, said }: TidyItem,
  before: readonly string[],
): boolean {
  if (said.notes.every(text => before.includes(text))) return false;
  const taken = new Set(before);
  const here = km.notes(taskId).map(note => startOf(note.text));
  let added = false;
  for (const note of item.notes ?? []) {
    const text = clean(note.text);
    if (text === '' || taken.has(text) || here.some(one => one.includes(startOf(text).slice(0, COMPARED / 2))))
      continue;
    taken.add(text);
    added = km.appendTaskNote(taskId, text, note.agent ?? dialect, timeOf(note.at ?? '') ?? at).ok || added;
  }
  return added;
}

/** What a note begins with: one that went through a plan file stands there on one line, with its date in front and its end cut off. */
const startOf = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, COMPARED);
