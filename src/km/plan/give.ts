import { isoSeconds } from '../../core/clock.ts';
import type { Box, PlanDocument, PlanStage } from './document.ts';
import { setBox, setHeader } from './edit.ts';
import { logGroup } from './give-log.ts';
import { addedGroup, newTasks } from './give-new.ts';
import { taskGroup } from './give-task.ts';
import { type Group, settle } from './settle.ts';
import { type Conflict, type KnownTasks, keysOf, type Side, tasksByKey } from './side.ts';
import type { Taken } from './tally.ts';
import { boxClass } from './values.ts';

export type Given = {
  readonly document: PlanDocument;
  /** Field changes written to the file. */
  readonly changes: number;
  /** Keys of the tasks and stages that the file did not have. */
  readonly added: readonly string[];
  /** Keys of tasks whose values were written. */
  readonly written: readonly string[];
  /** Values that the file cannot say; the database keeps them. */
  readonly unwritten: readonly Conflict[];
};

/** Makes the file say what only the database knows. Pure but for reading the database. */
export function giveFile(side: Side, taken: Taken): Given {
  const all = taken.tasks;
  const added = side.adopts ? newTasks(side, all) : { tasks: [], stages: [] };
  const base = side.base === side.file ? null : tasksByKey(side.base);
  const groups = [
    ...side.file.tasks.flatMap(task => {
      const old = base === null ? task : base.get(task.key);
      return taskGroup(side, task, old, all.get(task.key), taken);
    }),
    ...stageGroups(side, all),
    ...addedGroup(side.file, added.tasks, added.stages),
    ...logGroup(side, [...side.file.tasks, ...added.tasks], taken),
  ];
  if (groups.length === 0) return { document: side.file, changes: 0, added: [], written: [], unwritten: [] };
  const header = setHeader(side.file, isoSeconds(side.now), side.agent);
  const fresh = new Set([...added.tasks, ...added.stages].map(item => item.key));
  const { document, kept } = settle(side.file, header, groups, fresh);
  const here = new Set(keysOf(document));
  return {
    document,
    changes: kept.reduce((sum, group) => sum + group.count, 0),
    added: [...added.tasks, ...added.stages].map(item => item.key).filter(key => here.has(key)),
    written: [
      ...kept.flatMap(group => (group.without_values === true ? [] : (group.key ?? []))),
      ...added.tasks.map(task => task.key).filter(key => here.has(key)),
    ],
    unwritten: unwritten(groups, kept, taken),
  };
}

/** The values of tasks whose edits did not take, as the sync tells them. */
function unwritten(groups: readonly Group[], kept: readonly Group[], taken: Taken): readonly Conflict[] {
  const took = new Set(kept.filter(group => group.without_values !== true).map(group => group.key));
  return groups
    .filter(group => group.key !== null && !took.has(group.key))
    .flatMap(({ key }) =>
      Object.entries(taken.values.get(key ?? '') ?? {}).map(([field, value]) => ({
        key: key ?? '',
        field,
        file: 'cannot say it where the task stands',
        database: typeof value === 'string' ? value : JSON.stringify(value),
      })),
    );
}

/** A stage is ticked when its tasks are done, and unticked when it was ticked with all of them closed and one is open again, or new. */
function stageGroups(side: Side, all: KnownTasks): readonly Group[] {
  const stages = side.file.stages.filter(({ item, key }) => {
    const known = all.get(key);
    return item !== null && known !== undefined && (item.box === 'done') !== (known.status === 'done');
  });
  if (stages.length === 0) return [];
  const children = Map.groupBy(side.base?.tasks ?? [], task => task.parent);
  let open: ReadonlySet<string | null> | null = null;
  const withOpenWork = () => (open ??= parentsOfOpen(all));
  return stages.flatMap(stage => {
    const { item, key } = stage;
    const own = children.get(key) ?? [];
    const wasWhole =
      own.length > 0 && own.every(task => boxClass(task.box) !== 'open') && oldBox(side, stage) === 'done';
    const box: Box | null =
      all.get(key)?.status === 'done' ? 'done' : wasWhole && withOpenWork().has(key) ? 'open' : null;
    if (box === null || item === null) return [];
    const holds: Group['holds'] = ({ document }) => document.stages.find(other => other.key === key)?.item?.box === box;
    return [{ key: null, count: 1, edits: setBox(item, box), holds }];
  });
}

/** Keys of the stages and tasks that an open task stands in, whether it was there before or came new. */
const parentsOfOpen = (all: KnownTasks): ReadonlySet<string | null> =>
  new Set([...all.values()].filter(task => !['done', 'cancelled'].includes(task.status)).map(task => task.parent));

const oldBox = (side: Side, stage: PlanStage): Box | undefined =>
  side.base?.stages.find(other => other.key === stage.key)?.item?.box;
