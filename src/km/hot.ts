import { isoSeconds } from '../core/clock.ts';
import type { NextTask } from '../core/task.ts';
import { nearestProject } from './projects.ts';
import { makeQueries } from './queries.ts';
import { readNextFacts } from './query/next-query.ts';
import { explainNext } from './query/next-task.ts';
import type { Sqlite } from './sqlite.ts';

export type HotNext = {
  readonly project: { readonly id: number; readonly name: string; readonly root: string };
  readonly next: NextTask;
  /** The plan files as they were at the last sync: one that differs must be read before the answer counts. */
  readonly plan_files: readonly {
    readonly path: string;
    readonly size: number;
    readonly mtime_ms: number;
    readonly reader: number;
  }[];
  /** What the settings that name the plan files looked like then. */
  readonly settings_seen: string | null;
};

/**
 * The next task of a project, by its id or by a folder in it, for a process that does nothing else: loads no drizzle and no
 * zod. Null when there is no such project.
 */
export function hotNext(sqlite: Sqlite, where: number | string, now: Date): HotNext | null {
  const q = makeQueries(sqlite);
  const project =
    typeof where === 'number'
      ? q.get<HotNext['project']>('SELECT id, name, root FROM projects WHERE id = ?', where)
      : nearestProject(q, where);
  if (project == null) return null;
  const { id, name, root } = project;
  return {
    project: { id, name, root },
    next: explainNext(readNextFacts(q, { projectId: id, except: [] }, isoSeconds(now))),
    plan_files: q.all('SELECT path, size, mtime_ms, reader FROM plan_files WHERE project_id = ? ORDER BY path', id),
    settings_seen:
      q.get<Pick<HotNext, 'settings_seen'>>('SELECT settings_seen FROM projects WHERE id = ?', id)?.settings_seen ??
      null,
  };
}
