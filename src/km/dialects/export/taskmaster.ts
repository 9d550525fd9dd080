import type { TaskStatus } from '../../../core/task.ts';
import { byKey, childrenOf, type Exporter, type ExportPlan, type ExportTask } from './exporter.ts';

const STATUSES = {
  pending: 'pending',
  'in-progress': 'in-progress',
  done: 'done',
  blocked: 'blocked',
  cancelled: 'cancelled',
} as const satisfies Record<TaskStatus, string>;

type Numbered = { readonly path: string; readonly number: number };
type Plan = {
  readonly numbers: ReadonlyMap<string, Numbered>;
  readonly below: (key: string | null) => readonly ExportTask[];
};

function write(plan: ExportPlan): string {
  const numbered = numberTasks(plan);
  const tasks = numbered.below(null).map(task => taskOf(task, numbered));
  const metadata = { description: `Tasks of ${plan.project}` };
  return `${JSON.stringify({ master: { tasks, metadata } }, null, 2)}\n`;
}

/** Tasks with their numbers. There are no stages: what stands in one stands at the top. */
function numberTasks(plan: ExportPlan): Plan {
  const children = childrenOf(plan);
  const known = byKey(plan);
  const isTop = (task: ExportTask) => task.parent === null || known.get(task.parent)?.kind !== 'task';
  const top = plan.tasks.filter(task => task.kind === 'task' && isTop(task));
  const below = (key: string | null) => (key === null ? top : children(key).filter(task => task.kind === 'task'));
  // A subtask names its siblings by their number alone, so tasks at the top get higher numbers where a subtask waits for one.
  const isNested = (task: ExportTask | undefined) => task !== undefined && task.kind === 'task' && !isTop(task);
  const mixes = plan.tasks.some(
    task => isNested(task) && task.depends_on.some(key => known.has(key) && !isNested(known.get(key))),
  );
  const longest = plan.tasks.reduce((most, task) => Math.max(most, below(task.key).length), 0);
  const numbers = new Map<string, Numbered>();
  const number = (key: string | null, prefix: string, first: number): void => {
    for (const [index, task] of below(key).entries()) {
      const path = `${prefix}${first + index}`;
      numbers.set(task.key, { path, number: first + index });
      number(task.key, `${path}.`, 1);
    }
  };
  number(null, '', mixes ? longest + 1 : 1);
  return { numbers, below };
}

function taskOf(task: ExportTask, plan: Plan): object {
  const own = plan.numbers.get(task.key);
  const isSub = own?.path.includes('.') === true;
  const dependencies = task.depends_on.flatMap((key): readonly (string | number)[] => {
    const other = plan.numbers.get(key);
    if (other === undefined) return [];
    return !isSub && !other.path.includes('.') ? [other.number] : [other.path];
  });
  return {
    id: own?.number ?? 0,
    title: task.title,
    description: task.description,
    details: task.notes.map(note => `<info added on ${note.at}>\n${note.text}\n</info added on ${note.at}>`).join('\n'),
    testStrategy: task.acceptance,
    status: STATUSES[task.status],
    priority: task.priority < 2 ? 'high' : task.priority === 2 ? 'medium' : 'low',
    dependencies,
    ...(task.complexity === null ? {} : { complexity: task.complexity }),
    subtasks: plan.below(task.key).map(child => taskOf(child, plan)),
  };
}

/** Taskmaster's tasks.json with the one tag `master`. */
export const taskmaster: Exporter = {
  name: 'taskmaster',
  title: 'Taskmaster tasks.json',
  leaves_out: 'keys, stages, tags, checks, relations',
  write,
};
