import type { Sqlite } from '../../km/sqlite.ts';
import type { MemoryType } from '../memory.ts';
import { type AskedScope, momentOf, projectsOf, visibleSql } from './scope.ts';

/** What recall weighs of one entry; its text is read for the best only. */
export type Candidate = {
  readonly id: number;
  readonly project_id: number;
  readonly type: MemoryType;
  readonly session: string | null;
  readonly task_id: number | null;
  readonly tokens: number;
  readonly superseded_by: number | null;
  readonly pinned: boolean;
  /** Whether the answer may hold it; where it may not, what replaced it may. */
  readonly visible: boolean;
  /** A short turn that asks something. */
  readonly asks: boolean;
};

/** Longer turns are no talk: their words are not looked at for who asks and who answers. */
export const TURN_TOKENS = 150;

type Row = [number, number, MemoryType, string | null, number | null, number, number | null, number, number, number];

/** Reads entries of the scope by their ids; what is not there, or of another project, is left out. */
export function readCandidates(sqlite: Sqlite, scope: AskedScope): (ids: readonly number[]) => readonly Candidate[] {
  const statement = sqlite.prepare<unknown[], Row>(
    `SELECT m.id, m.project_id, m.type, m.session, m.task_id, m.tokens, m.superseded_by, m.pinned, ${visibleSql(scope)},
       m.session IS NOT NULL AND m.tokens <= ${TURN_TOKENS} AND instr(m.text, '?') > 0
     FROM json_each(@ids) j CROSS JOIN memories m ON m.id = j.value
     WHERE m.project_id IN (${projectsOf(scope).map(Number).join(', ')}) AND m.status <> 'forgotten'
       AND (@type IS NULL OR m.type = @type) AND (@task IS NULL OR m.task_id = @task)`,
  );
  statement.raw();
  const values = { at: momentOf(scope), type: scope.type ?? null, task: scope.taskId ?? null };
  return ids =>
    ids.length === 0
      ? []
      : statement
          .all({ ...values, ids: JSON.stringify(ids) })
          .map(([id, project_id, type, session, task_id, tokens, superseded_by, pinned, visible, asks]) => ({
            id,
            project_id,
            type,
            session,
            task_id,
            tokens,
            superseded_by,
            pinned: pinned !== 0,
            visible: visible !== 0,
            asks: asks !== 0,
          }));
}
