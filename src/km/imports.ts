import type { ImportRow } from './km.ts';
import type { Store } from './store.ts';

type Row = Omit<ImportRow, 'said'> & { readonly said: string };

const IMPORT = 'project_id, source, external_id, task_id, said';

/** Where imported tasks came from. A source is `DIALECT:PATH`. */
export const makeImports = ({ q }: Store) => ({
  importRows: (projectId: number, dialect: string): readonly ImportRow[] =>
    q
      .all<Row>(
        `SELECT ${IMPORT} FROM task_imports WHERE project_id = ? AND source >= ? AND source < ? ORDER BY source, rowid`,
        projectId,
        `${dialect}:`,
        `${dialect};`,
      )
      .map(row => ({ ...row, said: JSON.parse(row.said) as ImportRow['said'] })),
  saveImport: ({ project_id, source, external_id, task_id, said }: ImportRow): void => {
    q.run(
      `INSERT INTO task_imports (${IMPORT}) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET task_id = excluded.task_id, said = excluded.said`,
      project_id,
      source,
      external_id,
      task_id,
      JSON.stringify(said),
    );
  },
  forgetImport: (projectId: number, source: string, externalId: string): void => {
    const sql = 'DELETE FROM task_imports WHERE project_id = ? AND source = ? AND external_id = ?';
    q.run(sql, projectId, source, externalId);
  },
  importedFrom: (projectId: number, paths: readonly string[]): ReadonlySet<number> =>
    new Set(
      q
        .all<{ task_id: number }>(
          `SELECT DISTINCT task_id FROM task_imports
           WHERE project_id = ? AND substr(source, instr(source, ':') + 1) IN (SELECT value FROM json_each(?))`,
          projectId,
          JSON.stringify(paths),
        )
        .map(row => row.task_id),
    ),
  lastPlace: (projectId: number): number =>
    q.get<{ last: number | null }>('SELECT max(plan_order) AS last FROM tasks WHERE project_id = ?', projectId)?.last ??
    0,
});
