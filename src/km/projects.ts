import { basename, dirname, isAbsolute, normalize } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { TASK_STATUSES, type TaskStatus } from '../core/task.ts';
import type { Km, Project } from './km.ts';
import type { Queries } from './queries.ts';
import { realFolder, type Store } from './store.ts';

type ProjectRow = {
  readonly id: number;
  readonly name: string;
  readonly root: string;
  readonly archived: number;
};
type Projects = Pick<Km, 'addProject' | 'listProjects' | 'project' | 'projectAt' | 'archiveProject'>;

const COLUMNS = 'id, name, root, archived';

export function makeProjects({ q, write, now }: Store): Projects {
  const byId = (id: number): Result<Project> => {
    const row = q.get<ProjectRow>(`SELECT ${COLUMNS} FROM projects WHERE id = ?`, id);
    return row === undefined
      ? fail('project.not_found', `There is no project ${id}.`, 'See the projects: llmclis project list')
      : ok(withCounts(q, row));
  };
  return {
    addProject: ({ name, root }) =>
      write(() => {
        if (!isAbsolute(root))
          return fail('input.invalid', `${root} is not an absolute path.`, 'Give the folder from its root.');
        const real = realFolder(normalize(root));
        const known = q.get<ProjectRow>(`SELECT ${COLUMNS} FROM projects WHERE root = ?`, real);
        if (known !== undefined) return alreadyThere(known);
        const title = name.trim() === '' ? basename(real) : name.trim();
        const at = now();
        const { id } = q.run(
          'INSERT INTO projects (name, root, archived, created_at, updated_at) VALUES (?, ?, 0, ?, ?)',
          title,
          real,
          at,
          at,
        );
        return byId(id);
      }),
    listProjects: ({ archived = false } = {}) =>
      q
        .all<ProjectRow>(`SELECT ${COLUMNS} FROM projects ${archived ? '' : 'WHERE archived = 0'} ORDER BY id`)
        .map(row => withCounts(q, row)),
    project: byId,
    projectAt(folder) {
      const row = nearestProject(q, folder);
      return row === null ? null : withCounts(q, row);
    },
    archiveProject: (id, archived) =>
      write(() => {
        const known = byId(id);
        if (!known.ok) return known;
        q.run('UPDATE projects SET archived = ?, updated_at = ? WHERE id = ?', archived ? 1 : 0, now(), id);
        return byId(id);
      }),
  };
}

/** The unarchived project whose root is `folder` or the nearest folder above it. */
export function nearestProject(q: Queries, folder: string): ProjectRow | null {
  for (let path = realFolder(folder); ; path = dirname(path)) {
    const row = q.get<ProjectRow>(`SELECT ${COLUMNS} FROM projects WHERE root = ? AND archived = 0`, path);
    if (row !== undefined) return row;
    if (path === dirname(path)) return null;
  }
}

/** Counts tasks, not stages. */
function countsOf(q: Queries, id: number): Project['counts'] {
  const counted = q.all<{ status: TaskStatus; tasks: number }>(
    "SELECT status, count(*) AS tasks FROM tasks WHERE project_id = ? AND kind = 'task' GROUP BY status",
    id,
  );
  const of = (status: TaskStatus): number => counted.find(row => row.status === status)?.tasks ?? 0;
  return Object.fromEntries(TASK_STATUSES.map(status => [status, of(status)])) as Record<TaskStatus, number>;
}

/** The counts are made when they are first looked at: most commands only want to know where the project is. */
function withCounts(q: Queries, { id, name, root, archived }: ProjectRow): Project {
  let counts: Project['counts'] | null = null;
  return {
    id,
    name,
    root,
    archived: archived === 1,
    get counts() {
      counts ??= countsOf(q, id);
      return counts;
    },
  };
}

const alreadyThere = ({ id, name, root, archived }: ProjectRow): Result<never> =>
  fail(
    'input.invalid',
    `${root} is project ${id} (${name}) already${archived === 1 ? ', archived' : ''}.`,
    archived === 1 ? `Take it back: llmclis project archive ${id} --undo` : `Use it: llmclis next --project_id ${id}`,
    { project_id: id },
  );
