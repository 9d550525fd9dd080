import type { Sqlite } from '../../km/sqlite.ts';
import { PROJECT_SLOT, type ProjectParts } from './project.ts';

/** Reads what a project's summary is made of. */
export function readParts(sqlite: Sqlite, projectId: number): ProjectParts {
  const tasks = sqlite
    .prepare<[number], ProjectParts['tasks'][number]>(
      `SELECT id, task_key, text FROM memories
       WHERE project_id = ? AND type = 'task_summary' AND status = 'live' AND task_key IS NOT NULL ORDER BY id`,
    )
    .all(projectId);
  const last = sqlite
    .prepare<[number, string], number>(`SELECT id FROM memories WHERE project_id = ? AND slot = ? AND status = 'live'`)
    .pluck()
    .get(projectId, PROJECT_SLOT);
  if (last === undefined) return { tasks, summed: null };
  const summed = sqlite
    .prepare<[number], number>(
      `SELECT to_id FROM memory_links JOIN memories ON memories.id = to_id
       WHERE from_id = ? AND kind = 'summarises' AND status <> 'superseded'`,
    )
    .pluck()
    .all(last);
  return { tasks, summed };
}
