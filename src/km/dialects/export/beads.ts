import { byKey, type Exporter, type ExportPlan, type ExportTask } from './exporter.ts';

const STATUSES = {
  pending: 'open',
  'in-progress': 'in_progress',
  done: 'closed',
  blocked: 'blocked',
  cancelled: 'closed',
} as const;

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');

/** `textkit-s1-1` for S1.1: an id with a dot would make an issue the child of another one. */
function idsOf(plan: ExportPlan): ReadonlyMap<string, string> {
  const prefix = slug(plan.project) || 'plan';
  const ids = new Map<string, string>();
  const used = new Set<string>();
  for (const { key } of plan.tasks) {
    const plain = `${prefix}-${slug(key) || 'task'}`;
    let id = plain;
    for (let count = 2; used.has(id); count += 1) id = `${plain}-${count}`;
    used.add(id);
    ids.set(key, id);
  }
  return ids;
}

function write(plan: ExportPlan): string {
  const ids = idsOf(plan);
  const known = byKey(plan);
  return plan.tasks.map(task => `${JSON.stringify(issueOf(task, ids, known))}\n`).join('');
}

function issueOf(task: ExportTask, ids: ReadonlyMap<string, string>, known: ReadonlyMap<string, ExportTask>): object {
  const issue_id = ids.get(task.key) ?? task.key;
  const tie = (type: string) => (key: string) => {
    const depends_on_id = ids.get(key);
    return depends_on_id === undefined
      ? []
      : [{ issue_id, depends_on_id, type, created_at: task.created_at, created_by: task.created_by }];
  };
  const parent = task.parent !== null && known.has(task.parent) ? [task.parent] : [];
  const dependencies = [
    ...parent.flatMap(tie('parent-child')),
    ...task.depends_on.flatMap(tie('blocks')),
    ...task.related.flatMap(tie('related')),
    ...task.discovered_from.flatMap(tie('discovered-from')),
  ];
  const steps = task.checklist.map(({ text, done }) => `- [${done ? 'x' : ' '}] ${text}`).join('\n');
  const closed = task.finished_at ?? task.updated_at;
  const isClosed = task.status === 'done' || task.status === 'cancelled';
  return {
    id: issue_id,
    title: task.title,
    description: task.description,
    ...(task.acceptance === '' && steps === ''
      ? {}
      : { acceptance_criteria: [task.acceptance, steps].filter(part => part !== '').join('\n\n') }),
    status: STATUSES[task.status],
    priority: task.priority,
    issue_type: task.kind === 'stage' ? 'epic' : 'task',
    ...(task.assignee === null ? {} : { assignee: task.assignee }),
    created_at: task.created_at,
    updated_at: task.updated_at,
    ...(isClosed ? { closed_at: closed, close_reason: task.status === 'done' ? 'Completed' : 'Cancelled' } : {}),
    ...(task.tags.length === 0 ? {} : { labels: task.tags }),
    ...(dependencies.length === 0 ? {} : { dependencies }),
    ...(task.notes.length === 0
      ? {}
      : {
          comments: task.notes.map((note, index) => ({
            id: index + 1,
            issue_id,
            author: note.agent,
            text: note.text,
            created_at: note.at,
          })),
        }),
  };
}

/** The issues of `bd`, one on each line; stages are epics. */
export const beads: Exporter = {
  name: 'beads',
  title: 'beads issues, JSONL',
  leaves_out: 'checks, complexity; stages become epics, keys become ids',
  write,
};
