import type { Queries } from '../queries.ts';
import { type KnownTask, readKnownTasks } from './rows.ts';

export type PlanFileRow = {
  readonly project_id: number;
  /** Relative to the project's root; a folder ends in a slash. */
  readonly path: string;
  readonly synced_text: string;
  readonly synced_at: string;
  /** Bytes; or one of the marks in `marks.ts`. */
  readonly size: number;
  readonly mtime_ms: number;
  /** Which reading of the format `synced_text` was taken with. */
  readonly reader: number;
};

/** What the knowledge manager keeps for plan files. */
export type PlanRecords = {
  planFiles(projectId: number): readonly PlanFileRow[];
  savePlanFile(row: PlanFileRow): void;
  /** Forgets a path that is no plan file; no task is changed. */
  forgetPlanFile(projectId: number, path: string): void;
  /** All tasks and stages of a project with their notes, in plan order: what a merge of a plan file looks at. */
  knownTasks(projectId: number): readonly KnownTask[];
  /** Gives tasks their places in the plan, without a trace in their history. */
  placeTasks(places: readonly { readonly id: number; readonly plan_order: number }[]): void;
  /** What the settings that name plan files looked like at the last sync; null when nobody has said. */
  settingsSeen(projectId: number): string | null;
  saveSettingsSeen(projectId: number, seen: string): void;
};

const COLUMNS = 'project_id, path, synced_text, synced_at, size, mtime_ms, reader';

export const makePlanRecords = ({
  q,
  transaction,
}: {
  readonly q: Queries;
  transaction<T>(work: () => T): T;
}): PlanRecords => ({
  planFiles: projectId =>
    q.all<PlanFileRow>(`SELECT ${COLUMNS} FROM plan_files WHERE project_id = ? ORDER BY path`, projectId),
  savePlanFile({ project_id, path, synced_text, synced_at, size, mtime_ms, reader }) {
    q.run(
      `INSERT OR REPLACE INTO plan_files (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      project_id,
      path,
      synced_text,
      synced_at,
      size,
      mtime_ms,
      reader,
    );
  },
  forgetPlanFile(projectId, path) {
    q.run('DELETE FROM plan_files WHERE project_id = ? AND path = ?', projectId, path);
  },
  knownTasks: projectId => readKnownTasks(q, projectId),
  placeTasks: places =>
    transaction(() => {
      for (const { id, plan_order } of places) q.run('UPDATE tasks SET plan_order = ? WHERE id = ?', plan_order, id);
    }),
  settingsSeen: projectId =>
    q.get<{ settings_seen: string | null }>('SELECT settings_seen FROM projects WHERE id = ?', projectId)
      ?.settings_seen ?? null,
  saveSettingsSeen(projectId, seen) {
    q.run('UPDATE projects SET settings_seen = ? WHERE id = ?', seen, projectId);
  },
});
