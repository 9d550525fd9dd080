import { isoSeconds } from '../../core/clock.ts';
import { type AddedStage, type AddedTask, addTasks, isWritable, isWritableStage } from './add.ts';
import type { Between } from './add-place.ts';
import type { Box, PlanDocument } from './document.ts';
import { valuesOf } from './merge.ts';
import { printNote } from './notes.ts';
import type { KnownTask } from './rows.ts';
import type { Group } from './settle.ts';
import { type KnownTasks, keysOf, type Side } from './side.ts';

type New = { readonly tasks: readonly AddedTask[]; readonly stages: readonly AddedStage[] };
const NOTHING: New = { tasks: [], stages: [] };

/** Tasks of the database that stand in no plan file: those that vanished from one are not written into it again. */
export function newTasks(side: Side, all: KnownTasks): New {
  const here = new Set([...keysOf(side.file), ...keysOf(side.base)]);
  const candidates = [...all.values()].filter(task => !here.has(task.key) && !task.vanished);
  if (candidates.length === 0) return NOTHING;
  // One that another file had is that file's: its own sync says whether it has vanished.
  const elsewhere = new Set([...side.others.keys(), ...side.others.oldKeys()]);
  // A task that was read from a plan file of the project by another reading of it stands there already.
  const files = side.km.planFiles(side.project_id).map(row => row.path);
  const imported = side.km.importedFrom(side.project_id, side.path === null ? files : [...files, side.path]);
  const fresh = candidates.filter(task => !elsewhere.has(task.key) && !imported.has(task.id));
  const stages = fresh.filter(task => task.kind === 'stage' && isWritableStage(task.key));
  const tasks = fresh.filter(task => task.kind === 'task' && isWritable(task.key, task.title));
  const between = betweenOf(all, side);
  return {
    stages: stages.map(task => ({ key: task.key, title: task.title, box: boxOf(task) })),
    tasks: tasks.map(task => ({
      key: task.key,
      parent: task.parent,
      box: boxOf(task),
      values: valuesOf(task),
      created_at: isoSeconds(new Date(task.created_at)),
      created_by: task.created_by,
      notes: task.notes.map(printNote),
      ...between(task),
    })),
  };
}

/** The neighbours in the file of a task that is new among others; nothing for one that comes after them. */
function betweenOf(all: KnownTasks, { file }: Side): (task: KnownTask) => { readonly between?: Between } {
  const here = new Set(file.tasks.map(task => task.key));
  const beside = Map.groupBy(all.values(), task => task.parent);
  const found = new Map<string, Between>();
  for (const tasks of beside.values()) {
    let after: string | null = null;
    let waiting: string[] = [];
    for (const { key, kind } of tasks) {
      if (kind === 'stage') continue;
      if (!here.has(key)) waiting.push(key);
      else {
        for (const other of waiting) found.set(other, { after, before: key });
        after = key;
        waiting = [];
      }
    }
  }
  return ({ key }) => {
    const between = found.get(key);
    return between === undefined ? {} : { between };
  };
}

const boxOf = (task: KnownTask): Box => (task.status === 'done' || task.status === 'cancelled' ? task.status : 'open');

export function addedGroup(
  file: PlanDocument,
  tasks: readonly AddedTask[],
  stages: readonly AddedStage[],
): readonly Group[] {
  const count = tasks.length + stages.length;
  if (count === 0) return [];
  const holds: Group['holds'] = ({ document }) => {
    const keys = new Set(keysOf(document));
    return [...tasks, ...stages].every(item => keys.has(item.key));
  };
  return [{ key: null, count, edits: addTasks(file, tasks, stages), holds }];
}
