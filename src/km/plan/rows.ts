import type { ChecklistItem, Task, TaskNote } from '../../core/task.ts';
import type { Queries } from '../queries.ts';

/** A task with its notes, as a merge of a plan file looks at it. */
export type KnownTask = Omit<
  Task,
  'reason' | 'reason_detail' | 'claim' | 'children' | 'tries' | 'usd' | 'branch' | 'started_at' | 'updated_at'
> & {
  readonly plan_order: number;
  readonly notes: readonly TaskNote[];
};

type Lists = 'tags' | 'checks' | 'protect' | 'allow' | 'links';
type Ties = 'depends_on' | 'related' | 'discovered_from';
type Row = Omit<KnownTask, Lists | Ties | 'checklist' | 'private' | 'vanished' | 'parent' | 'notes'> &
  Readonly<Record<Lists | 'checklist', string>> & {
    readonly private: number;
    readonly vanished: number;
    readonly parent_id: number | null;
  };
type TieRow = { readonly id: number; readonly key: string; readonly kind: string };
type NoteRow = TaskNote & { readonly id: number };

const COLUMNS = `id, project_id, key, kind, title, status, priority, role, tags, parent_id, checks, protect, allow, private,
  description, acceptance, checklist, links, complexity, queue, assignee, due, vanished, proof, created_at, created_by,
  finished_at, last_agent, plan_order`;

const NONE: readonly never[] = [];

/** All tasks and stages of a project in plan order, by four statements at any size. */
export function readKnownTasks(q: Queries, projectId: number): readonly KnownTask[] {
  const rows = q.all<Row>(`SELECT ${COLUMNS} FROM tasks WHERE project_id = ? ORDER BY plan_order, id`, projectId);
  const keys = new Map(rows.map(row => [row.id, row.key]));
  const ties = Map.groupBy(readTies(q, projectId), row => row.id);
  const notes = Map.groupBy(readNotes(q, projectId), row => row.id);
  return rows.map(({ parent_id, ...row }) => {
    const tied = ties.get(row.id) ?? NONE;
    const tiedBy = (kind: string) =>
      tied.length === 0 ? NONE : tied.flatMap(tie => (tie.kind === kind ? [tie.key] : []));
    return {
      ...row,
      parent: parent_id === null ? null : (keys.get(parent_id) ?? null),
      depends_on: tiedBy('blocks'),
      related: tiedBy('related'),
      discovered_from: tiedBy('discovered-from'),
      tags: list<string>(row.tags),
      checks: list<string>(row.checks),
      protect: list<string>(row.protect),
      allow: list<string>(row.allow),
      links: list<string>(row.links),
      checklist: list<ChecklistItem>(row.checklist),
      private: row.private === 1,
      vanished: row.vanished === 1,
      notes: (notes.get(row.id) ?? NONE).map(({ at, agent, text }) => ({ at, agent, text })),
    };
  });
}

/** The lists are written by this program alone; most are empty. */
const list = <T>(json: string): readonly T[] => (json === '[]' ? NONE : (JSON.parse(json) as T[]));

const readTies = (q: Queries, projectId: number): readonly TieRow[] =>
  q.all<TieRow>(
    `SELECT d.task_id AS id, b.key AS key, 'blocks' AS kind, b.plan_order AS place, b.id AS other
       FROM tasks t JOIN task_deps d ON d.task_id = t.id JOIN tasks b ON b.id = d.blocker_id WHERE t.project_id = ?
     UNION ALL
     SELECT r.task_id, o.key, r.kind, o.plan_order, o.id
       FROM tasks t JOIN task_relations r ON r.task_id = t.id JOIN tasks o ON o.id = r.other_id WHERE t.project_id = ?
     ORDER BY place, other`,
    projectId,
    projectId,
  );

const readNotes = (q: Queries, projectId: number): readonly NoteRow[] =>
  q.all<NoteRow>(
    `SELECT n.task_id AS id, n.at, n.agent, n.text FROM task_notes n JOIN tasks t ON t.id = n.task_id
      WHERE t.project_id = ? ORDER BY n.id`,
    projectId,
  );
