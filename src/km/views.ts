import type { DependencyKind, Queue, RoleName, Task, TaskStatus } from '../core/task.ts';

export type TaskFilter = {
  readonly project_id: number;
  readonly status?: readonly TaskStatus[];
  readonly role?: RoleName;
  readonly tag?: string;
  /** Stages too; default false. */
  readonly stages?: boolean;
  readonly limit?: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
};
/** What a tree needs of a stage or task. */
export type OutlineRow = Pick<Task, 'id' | 'key' | 'kind' | 'status'> & { readonly parent_id: number | null };
/** `plan`: as the plan lists them; `next`: as they would be worked on; `oldest`: the longest unchanged first. */
export type TaskOrder = 'plan' | 'next' | 'oldest';
export type SearchOptions = Omit<TaskFilter, 'project_id'> & {
  /** Default: the best match first where words are looked for, else as the plan lists them. */
  readonly order?: TaskOrder;
  /** The last word is still being typed: what begins like it counts too. */
  readonly typing?: boolean;
};
export type TaskPage = { readonly tasks: readonly Task[]; readonly total: number; readonly next_cursor: string | null };

export type NextOptions = {
  /** Only tasks of this class. */
  readonly queue?: Queue;
  /** So many in a row, in `tasks`. */
  readonly n?: number;
};
/** `ready`: may be taken now. `blocked`: waits for a person or for other tasks. `stale`: nobody has touched it for days. */
export type Report = 'ready' | 'blocked' | 'stale';
export type ReportOptions = Pick<SearchOptions, 'limit' | 'cursor'> & {
  /** A filter that must hold too. */
  readonly filter?: string;
  /** Days without a change after which a task is stale. */
  readonly days?: number;
};
export type ReportPage = {
  readonly tasks: readonly (Task & {
    readonly because: string;
    /** What a blocked task waits for. */
    readonly on?: readonly string[];
  })[];
  readonly total: number;
  readonly next_cursor: string | null;
};

export type GraphOptions = {
  /** Only what this task needs and what needs it. */
  readonly key?: string;
  /** At most so many steps from `key`. */
  readonly depth?: number;
  readonly all?: boolean;
};
export type GraphNode = Pick<Task, 'key' | 'kind' | 'title' | 'status' | 'reason' | 'parent'>;
/** Reads as a sentence: `from` blocks `to`, `from` is related to `to`, `from` was discovered from `to`. */
export type GraphEdge = { readonly from: string; readonly to: string; readonly kind: DependencyKind };
/** Nodes in plan order; stages and parents of a node that is in it are in it too. */
export type TaskGraph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };
