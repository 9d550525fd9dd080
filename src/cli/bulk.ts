import { fail, ok, type Result } from '../core/failure.ts';
import { oneLine } from '../core/line.ts';
import type { Task } from '../core/task.ts';
import type { Argument, FlagTable } from './flags.ts';
import type { Output } from './output.ts';
import { type AtProject, type ChangesTasks, openProject } from './project.ts';
import { taskLine } from './task-text.ts';

/** Most tasks that a filter may change without `--yes`. */
const UNASKED = 20;

export const KEYS = {
  rest: true,
  help: 'One key or several, for example S1.1 S1.2; of a T- key its first characters are enough.',
} as const satisfies Argument;

export const BULK_FLAGS = {
  where: {
    type: 'string',
    value: 'FILTER',
    help: 'Instead of keys: every task that this finds, as in llmclis task list. All are changed, or none.',
  },
  dry_run: { type: 'boolean', help: 'Show what it would do, and do nothing.' },
  yes: { type: 'boolean', help: `Needed when --where finds more than ${UNASKED} tasks.` },
} as const satisfies FlagTable;

export type Bulk = {
  readonly projectId: number | undefined;
  readonly agent: string;
  readonly keys: string | undefined;
  readonly where: string | undefined;
  readonly dry_run: boolean;
  readonly yes: boolean;
  /** The command, for its messages. */
  readonly name: string;
};
export type Changed = {
  readonly tasks: readonly Task[];
  readonly list: boolean;
  readonly dry_run: boolean;
  /** What a rehearsal would change, for people: one text for each task. */
  readonly changes?: readonly string[];
};

/** Makes the change to every task that is named or found, all or nothing, and writes the plans once. */
export async function changeTasks(
  app: ChangesTasks,
  bulk: Bulk,
  change: (task: Task, at: AtProject) => Result<unknown>,
): Promise<Result<Changed>> {
  const keys = (bulk.keys ?? '').split(/[\s,]+/).filter(key => key !== '');
  const fine = checkWanted(bulk, keys);
  if (!fine.ok) return fine;
  const at = await openProject(app, bulk.projectId);
  if (!at.ok) return at;
  const { km, project } = at.value;
  const list = bulk.where !== undefined || keys.length > 1;
  let rehearsed: Changed | null = null;
  const changed = km.allOrNothing(() => {
    const tasks = chooseTasks(at.value, keys, bulk);
    if (!tasks.ok) return tasks;
    for (const task of tasks.value) {
      const made = change(task, at.value);
      if (!made.ok) return made;
    }
    if (!bulk.dry_run) return tasks;
    const after = readAgain(at.value, tasks.value);
    rehearsed = {
      tasks: after,
      list,
      dry_run: true,
      changes: after.map((task, place) => changesOf(tasks.value[place], task)),
    };
    // What failed is undone, and so is this.
    return fail('interrupted', 'This was a rehearsal.', 'Leave --dry_run out.');
  });
  if (rehearsed !== null) return ok(rehearsed);
  if (!changed.ok) return changed;
  const synced = await app.syncPlans(project, bulk.agent);
  return synced.ok ? ok({ tasks: readAgain(at.value, changed.value), list, dry_run: false }) : synced;
}

function checkWanted({ where, name }: Bulk, keys: readonly string[]): Result<void> {
  if (where === undefined && keys.length === 0)
    return fail('input.invalid', `llmclis ${name} needs KEY, or --where FILTER.`, `See: llmclis help ${name}`);
  if (where !== undefined && keys.length > 0)
    return fail('input.invalid', 'Keys and --where are two ways to say which tasks.', 'Give one of them.');
  return ok(undefined);
}

function chooseTasks(
  { km, project }: AtProject,
  keys: readonly string[],
  { where, yes, dry_run }: Bulk,
): Result<readonly Task[]> {
  if (where !== undefined) {
    const page = km.searchTasks(project.id, where, { order: 'plan' });
    if (!page.ok) return page;
    const { tasks, total } = page.value;
    if (total <= UNASKED || yes || dry_run) return ok(tasks);
    return fail(
      'input.invalid',
      `The filter finds ${total} tasks; nothing was changed.`,
      `More than ${UNASKED} at once need --yes. See which ones: --dry_run`,
    );
  }
  const found = new Map<number, Task>();
  for (const key of keys) {
    const task = km.task(project.id, key);
    if (!task.ok) return task;
    found.set(task.value.id, task.value);
  }
  return ok([...found.values()]);
}

const readAgain = ({ km }: AtProject, tasks: readonly Task[]): readonly Task[] =>
  tasks.flatMap(({ id }) => {
    const task = km.taskById(id);
    return task.ok ? [task.value] : [];
  });

/** What every change touches, which says nothing about it. */
const ALWAYS: readonly string[] = ['updated_at', 'last_agent'];

/** `priority 2 → 4, tags api → api, later`. */
function changesOf(before: Task | undefined, after: Task): string {
  const was = new Map<string, unknown>(Object.entries(before ?? {}));
  const texts = Object.entries(after).flatMap(([field, value]) => {
    const [from, to] = [was.get(field), value].map(plain);
    return from === to || ALWAYS.includes(field) ? [] : [oneLine(`${field} ${from} → ${to}`, 200)];
  });
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}

const plain = (value: unknown): string => {
  if (Array.isArray(value) && value.every(one => typeof one === 'string')) return value.join(' ') || 'none';
  return typeof value === 'string' ? value || 'none' : value === null ? 'none' : JSON.stringify(value);
};

/** Prints what was changed: one task as itself, several as a list. */
export function showChanged(changed: Result<Changed>, out: Output): Result<number> {
  if (!changed.ok) return changed;
  const { tasks, list, dry_run, changes } = changed.value;
  if (dry_run) out.line(`Nothing was changed. ${tasks.length === 0 ? 'No task matches.' : 'This would be:'}`);
  else if (tasks.length === 0) out.line('No task matches, so nothing was changed.');
  out.lines(tasks.map((task, place) => `${taskLine(task, out)}${changes === undefined ? '' : ` · ${changes[place]}`}`));
  if (!out.isJson) return ok(0);
  const [first] = tasks;
  if (!list && !dry_run && first !== undefined) out.json(first);
  else out.json({ ...(dry_run && { dry_run }), tasks, total: tasks.length });
  return ok(0);
}
