import { fail, ok, type Result } from '../../core/failure.ts';
import { type Grant, type Permission, type PermissionKind, readPermission } from '../../core/permission.ts';
import type { Store } from '../store.ts';

/** A blocked task whose question is whether it may cross a border. */
export type AskingTask = {
  readonly task_id: number;
  readonly key: string;
  readonly permission: Permission;
  /** The question, or which task's question it waits for. */
  readonly detail: string;
};

/**
 * What people have said about the borders of a project. Rows are added and ended, never changed: the newest row of a border is
 * the last word on it. A row that was never ended allows; one that ended denies, and one that ended as it began is a plain no.
 */
export type PermissionRecords = {
  /** The last word on each border of the project, in the order in which they were said. */
  grants(projectId: number): readonly Grant[];
  /** Allows it. What is allowed already stays as it is. */
  grant(projectId: number, kind: PermissionKind, what: string, by: string): Result<Grant>;
  /** Denies it: models that ask are refused at once. */
  denyGrant(projectId: number, kind: PermissionKind, what: string, by: string): Result<Grant>;
  /** Takes back what was allowed; from then on it is denied. */
  revokeGrant(id: number, by: string): Result<Grant>;
  /** Tasks that are blocked until a person says whether they may, the one that asked first before the others. */
  tasksAsking(projectId: number): readonly AskingTask[];
};

type Row = {
  readonly id: number;
  readonly project_id: number;
  readonly kind: PermissionKind;
  readonly what: string;
  readonly granted_at: string;
  readonly granted_by: string;
  readonly revoked_at: string | null;
};
const ROW = 'id, project_id, kind, what, granted_at, granted_by, revoked_at';

const toGrant = ({ id, kind, what, granted_at, granted_by, revoked_at }: Row): Grant => ({
  id,
  kind,
  what,
  allowed: revoked_at === null,
  at: revoked_at ?? granted_at,
  by: granted_by,
});

export const makePermissions = (store: Store): PermissionRecords => ({
  grants: projectId =>
    store.q
      .all<Row>(
        `SELECT ${ROW} FROM grants WHERE id IN (SELECT max(id) FROM grants WHERE project_id = ? GROUP BY kind, what) ORDER BY id`,
        projectId,
      )
      .map(toGrant),
  grant: (projectId, kind, what, by) => say(store, projectId, { kind, what }, by, true),
  denyGrant: (projectId, kind, what, by) => say(store, projectId, { kind, what }, by, false),
  revokeGrant: (id, by) =>
    store.write(() => {
      const row = store.q.get<Row>(`SELECT ${ROW} FROM grants WHERE id = ?`, id);
      if (row === undefined)
        return fail('input.not_found', `There is no permission ${id}.`, 'See them: llmclis permissions list');
      return say(store, row.project_id, row, by, false);
    }),
  tasksAsking: projectId => tasksAsking(store, projectId),
});

/** Ends what was allowed and adds the new word, unless it is the last one already. */
const say = (
  store: Store,
  projectId: number,
  { kind, what }: Permission,
  by: string,
  allowed: boolean,
): Result<Grant> =>
  store.write(() => {
    const read = readPermission(kind, what);
    if (!read.ok) return read;
    const { q } = store;
    const border = read.value.what;
    const last = (): Row | undefined =>
      q.get<Row>(
        `SELECT ${ROW} FROM grants WHERE project_id = ? AND kind = ? AND what = ? ORDER BY id DESC LIMIT 1`,
        projectId,
        kind,
        border,
      );
    const before = last();
    if (before !== undefined && (before.revoked_at === null) === allowed) return ok(toGrant(before));
    const at = store.now();
    q.run(
      'UPDATE grants SET revoked_at = ? WHERE project_id = ? AND kind = ? AND what = ? AND revoked_at IS NULL',
      at,
      projectId,
      kind,
      border,
    );
    q.run(
      'INSERT INTO grants (project_id, kind, what, granted_at, granted_by, revoked_at) VALUES (?, ?, ?, ?, ?, ?)',
      projectId,
      kind,
      border,
      at,
      by,
      allowed ? null : at,
    );
    const written = last();
    if (written === undefined) throw new Error('A permission that was written is not there.');
    return ok(toGrant(written));
  });

/** The last time a task was blocked says what it asked for. */
function tasksAsking({ q }: Store, projectId: number): readonly AskingTask[] {
  type Asked = {
    readonly task_id: number;
    readonly key: string;
    readonly detail: string | null;
    readonly asked: string;
  };
  return q
    .all<Asked>(
      `SELECT t.id AS task_id, t.key, t.reason_detail AS detail, json_extract(h.data, '$.permission') AS asked
       FROM tasks t JOIN task_history h ON h.id =
         (SELECT max(id) FROM task_history WHERE task_id = t.id AND kind = 'status')
       WHERE t.project_id = ? AND t.status = 'blocked' AND t.reason = 'permission' AND asked IS NOT NULL
       ORDER BY h.id`,
      projectId,
    )
    .flatMap(({ task_id, key, detail, asked }) => {
      const { kind, what } = JSON.parse(asked) as Permission;
      const read = readPermission(kind, what);
      return read.ok ? [{ task_id, key, detail: detail ?? '', permission: read.value }] : [];
    });
}
