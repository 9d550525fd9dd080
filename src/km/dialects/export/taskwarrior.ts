import { createHash } from 'node:crypto';
import { byKey, childrenOf, type Exporter, type ExportPlan, type ExportTask } from './exporter.ts';

/** A UUID made of a name: the same task has the same one in every export. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const variant = (8 + (Number.parseInt(hex.slice(16, 17), 16) % 4)).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** `20260131T090000Z`. */
const stamp = (iso: string): string =>
  `${(iso.length === 10 ? `${iso}T00:00:00Z` : new Date(iso).toISOString()).slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
const isMoment = (iso: string): boolean => !Number.isNaN(Date.parse(iso));

function write(plan: ExportPlan): string {
  const known = byKey(plan);
  const children = childrenOf(plan);
  const uuid = (key: string) => uuidOf(`${plan.origin}\0${key}`);
  const tasks = plan.tasks.filter(task => task.kind === 'task');
  const lines = tasks.map(task => {
    // Nothing nests there; what a task waits for, it waits for there too.
    const waits = [...task.depends_on, ...children(task.key).map(child => child.key)].filter(
      key => known.get(key)?.kind === 'task',
    );
    return JSON.stringify({
      ...taskOf(task, stageOf(task, known)),
      uuid: uuid(task.key),
      ...(waits.length === 0 ? {} : { depends: [...new Set(waits)].map(uuid) }),
    });
  });
  return `[\n${lines.join(',\n')}\n]\n`;
}

/** Title of the stage that a task stands in, however deep. */
function stageOf(task: ExportTask, known: ReadonlyMap<string, ExportTask>): string | null {
  const seen = new Set<string>();
  for (let at = known.get(task.parent ?? ''); at !== undefined && !seen.has(at.key); at = known.get(at.parent ?? '')) {
    if (at.kind === 'stage') return at.title;
    seen.add(at.key);
  }
  return null;
}

const STATUSES = {
  pending: 'pending',
  'in-progress': 'pending',
  blocked: 'pending',
  done: 'completed',
  cancelled: 'deleted',
} as const;
const PRIORITIES = ['H', 'H', 'M', 'L', 'L'] as const;

function taskOf(task: ExportTask, project: string | null): object {
  const tags = [...task.tags, ...(task.status === 'blocked' ? ['blocked'] : [])].map(tag =>
    tag.replaceAll(/\s+/g, '_'),
  );
  const isClosed = task.status === 'done' || task.status === 'cancelled';
  const annotations = annotationsOf(task);
  return {
    description: task.title,
    status: STATUSES[task.status],
    entry: stamp(task.created_at),
    modified: stamp(task.updated_at),
    ...(isClosed ? { end: stamp(task.finished_at ?? task.updated_at) } : {}),
    ...(task.status === 'in-progress' ? { start: stamp(task.started_at ?? task.updated_at) } : {}),
    ...(task.due === null || !isMoment(task.due) ? {} : { due: stamp(task.due) }),
    priority: PRIORITIES[task.priority] ?? 'M',
    ...(project === null ? {} : { project }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(annotations.length === 0 ? {} : { annotations }),
  };
}

/** Description and notes; there are no two at the same second, for Taskwarrior would keep only one of them. */
function annotationsOf(task: ExportTask): readonly object[] {
  const texts = [
    { at: task.created_at, text: [task.description, task.acceptance].filter(part => part !== '').join('\n\n') },
    ...task.notes,
  ];
  const used = new Set<number>();
  return texts.flatMap(({ at, text }) => {
    if (text === '') return [];
    let second = Math.floor(Date.parse(at) / 1000);
    while (used.has(second)) second += 1;
    used.add(second);
    return [{ entry: stamp(new Date(second * 1000).toISOString()), description: text }];
  });
}

/** What `task import` reads. */
export const taskwarrior: Exporter = {
  name: 'taskwarrior',
  title: 'Taskwarrior JSON',
  leaves_out: 'keys, checks, relations; blocked becomes a tag, nesting a dependency, a stage a project',
  write,
};
