import type { Result } from '../core/failure.ts';
import type { Grant, Permission } from '../core/permission.ts';
import type { Project } from '../km/km.ts';
import type { AskingTask } from '../km/permissions/permissions.ts';

/** All that is known about the borders of a project. */
export type PermissionReport = {
  /** The last word of a person on each border. */
  readonly grants: readonly Grant[];
  /** What the person's own settings and environment allow in every project. */
  readonly own: readonly Permission[];
  /** What the project's llmclis.yaml proposes and nobody has answered yet. */
  readonly proposed: readonly Permission[];
  /** Tasks that wait for an answer. */
  readonly asking: readonly AskingTask[];
};

/** The part of the app that is about borders. */
export type PermissionCalls = {
  permissions(project: Project): Promise<Result<PermissionReport>>;
  /** Remembers a person's word; the answer has the keys of the tasks that were opened by it. */
  decidePermissions(
    project: Project,
    wanted: readonly Permission[],
    word: 'allow' | 'deny',
  ): Promise<Result<readonly string[]>>;
  revokePermission(project: Project, id: number): Promise<Result<Grant>>;
};

/** Who started a run, for what only they can give. */
export type Person = {
  /** Where they can answer: a secret, typed and not shown, for this process only; empty when they have none. Ctrl-C is `interrupted`. */
  readonly secret?: (question: string) => Promise<Result<string>>;
  /** Something they should know, beside the run's own story. */
  readonly tell?: (text: string) => void;
};
