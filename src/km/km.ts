import type { Result } from '../core/failure.ts';
import type { Permission } from '../core/permission.ts';
import type { QualityOptions, QualityRow } from '../core/quality.ts';
import type {
  Attempt,
  BlockReason,
  ChecklistItem,
  ClaimView,
  DependencyKind,
  NextTask,
  Proof,
  Queue,
  RoleName,
  Task,
  TaskKind,
  TaskNote,
  TaskStatus,
  TaskWhy,
} from '../core/task.ts';
import type { PermissionRecords } from './permissions/permissions.ts';
import type { PlanRecords } from './plan/records.ts';
import type {
  GraphOptions,
  NextOptions,
  OutlineRow,
  Report,
  ReportOptions,
  ReportPage,
  SearchOptions,
  TaskFilter,
  TaskGraph,
  TaskPage,
} from './views.ts';

export type { PlanFileRow } from './plan/records.ts';

export type Project = {
  readonly id: number;
  readonly name: string;
  readonly root: string;
  readonly archived: boolean;
  readonly counts: Readonly<Record<TaskStatus, number>>;
};

export type NewTask = {
  readonly project_id: number;
  readonly title: string;
  /** Made when absent: `T-` and six random characters, which no other process, clone or branch makes too. */
  readonly key?: string;
  readonly kind?: TaskKind;
  readonly status?: TaskStatus;
  readonly description?: string;
  readonly priority?: number;
  readonly role?: RoleName | null;
  readonly tags?: readonly string[];
  readonly checks?: readonly string[];
  readonly protect?: readonly string[];
  readonly allow?: readonly string[];
  readonly private?: boolean;
  readonly acceptance?: string;
  readonly checklist?: readonly ChecklistItem[];
  readonly links?: readonly string[];
  /** 1 to 10. */
  readonly complexity?: number | null;
  readonly queue?: Queue;
  readonly assignee?: string | null;
  readonly due?: string | null;
  /** Key of its parent. */
  readonly parent?: string | null;
  readonly depends_on?: readonly string[];
  readonly related?: readonly string[];
  readonly discovered_from?: readonly string[];
  /** Default: after all others. */
  readonly plan_order?: number;
  readonly plan_file?: string | null;
  readonly created_at?: string;
  /** Of a task that comes in done or cancelled. */
  readonly finished_at?: string;
};
export type TaskEdit = Partial<
  Omit<NewTask, 'project_id' | 'key' | 'kind' | 'created_at' | 'finished_at' | 'status'>
> & {
  readonly vanished?: boolean;
};

export type * from './views.ts';

export type StatusMetadata = {
  readonly agent: string;
  /** Required when the new status is `blocked`. */
  readonly reason?: BlockReason;
  readonly detail?: string;
  readonly proof?: Proof;
  readonly commit?: string;
  readonly branch?: string | null;
  /** A claim's token; when given, the claim must still be held (else `claim.lost` and nothing is written). */
  readonly claim?: string;
  /** Start the tries afresh (a person answered or reopened). */
  readonly fresh_tries?: boolean;
  /** What a blocked task asks leave for. */
  readonly permission?: Permission;
};

export type Claim = ClaimView & { readonly task: Task; readonly because: string };
export type HistoryEntry = {
  readonly at: string;
  readonly agent: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Entries with the same number were written together; null in those of before 0.2. */
  readonly change: number | null;
};

type Records = PlanRecords & PermissionRecords;

/**
 * The knowledge manager: the one writer of projects, tasks, notes and their history. All calls are synchronous and each is
 * one transaction (or joins the one it is called in). Task ids are database ids, keys are unique in a project.
 */
export type Km = Records & {
  /** Runs `work` in one IMMEDIATE transaction; nested calls join it. */
  transaction<T>(work: () => T): T;
  /** Like `transaction` for several calls that may fail: an `err` undoes them all. */
  allOrNothing<T>(work: () => Result<T>): Result<T>;

  addProject(input: { readonly name: string; readonly root: string }): Result<Project>;
  listProjects(options?: { readonly archived?: boolean }): readonly Project[];
  project(id: number): Result<Project>;
  /** The unarchived project whose root is `folder` or the nearest parent of it. */
  projectAt(folder: string): Project | null;
  archiveProject(id: number, archived: boolean): Result<Project>;

  addTask(input: NewTask, agent: string): Result<Task>;
  /** By its key; a key that llmclis made (`T-7k2x9q`) also by its first characters, where only one begins so. */
  task(projectId: number, key: string): Result<Task>;
  taskById(id: number): Result<Task>;
  listTasks(filter: TaskFilter): TaskPage;
  /** Tasks by the filter language of `docs/filter.md`, such as `status:blocked tag:api "retry"`. */
  searchTasks(projectId: number, filter: string, options?: SearchOptions): Result<TaskPage>;
  /**
   * Ids of all the tasks that pass a filter, in no order; `typing` as in `SearchOptions`. Null when texts have to be indexed
   * first: then a small part of that was done, and the same call goes on with it.
   */
  matchingIds(projectId: number, filter: string, typing?: boolean): Result<readonly number[] | null>;
  /** All stages and tasks of a project in plan order, only what a tree needs: cheap for 100,000 of them. */
  outline(projectId: number): readonly OutlineRow[];
  /** The tasks with these ids, in the order of the ids; an id that is not there is left out. */
  tasksByIds(ids: readonly number[]): readonly Task[];
  editTask(taskId: number, edit: TaskEdit, agent: string): Result<Task>;
  /** Ties two tasks together; `blocks` (the default) makes the first one wait, and is refused where that closes a circle. */
  addDependency(taskId: number, otherKey: string, agent: string, kind?: DependencyKind): Result<Task>;
  removeDependency(taskId: number, otherKey: string, agent: string, kind?: DependencyKind): Result<Task>;
  notes(taskId: number): readonly TaskNote[];
  history(taskId: number): readonly HistoryEntry[];

  /** The task that would run next, and why; or what everything waits for. */
  getNextTaskToWorkOn(projectId?: number, options?: NextOptions): NextTask;
  /** Why this task is next, or not yet: its place, what stands before it, what it waits for down to the first cause. */
  whyTask(taskId: number): Result<TaskWhy>;
  /** Tasks and what ties them together; what is closed is left out unless `all` is given. */
  graph(projectId: number, options?: GraphOptions): Result<TaskGraph>;
  /** What is ready, blocked or stale in a project, each with its reason. */
  taskReport(projectId: number, report: Report, options?: ReportOptions): Result<ReportPage>;
  /** Legal transitions only; clears the claim when the task leaves `in-progress`; rolls stages up. */
  markTaskStatus(taskId: number, status: TaskStatus, metadata: StatusMetadata): Result<Task>;
  /** `at`: when it was written, for a note that comes from elsewhere; default: now. */
  appendTaskNote(taskId: number, note: string, agentName: string, at?: string): Result<TaskNote>;

  /**
   * Finds and takes the next task in one statement. Leases that ran out come back first. Without a project: of the most urgent
   * tasks that of the project served longest ago.
   */
  claimNext(options: {
    readonly projectId?: number;
    readonly holder: string;
    readonly ttl_s: number;
    readonly except?: readonly number[];
    /** Only tasks of this class. */
    readonly queue?: Queue;
  }): Claim | Exclude<NextTask, { kind: 'ready' }>;
  /** Takes one named task (pending, ready). */
  claimTask(taskId: number, options: { readonly holder: string; readonly ttl_s: number }): Result<Claim>;
  heartbeat(token: string, ttl_s: number): Result<ClaimView>;
  /** Gives the task back as pending, with its tries kept. */
  release(token: string, agent: string): Result<Task>;
  /** Is this token the task's current, unexpired claim? */
  holds(taskId: number, token: string): boolean;

  addAttempt(taskId: number, attempt: Attempt): void;
  /** Attempts since the task was last (re)opened, oldest first. */
  attempts(taskId: number): readonly Attempt[];
  /** How the turns of roles and models went; of all projects when none is named. */
  quality(projectId: number | null, options: QualityOptions): readonly QualityRow[];

  /** What all sources of this dialect said when they were last imported. */
  importRows(projectId: number, dialect: string): readonly ImportRow[];
  saveImport(row: ImportRow): void;
  /** Takes away what a source said under an id that it does not use any more; the task stays. */
  forgetImport(projectId: number, source: string, externalId: string): void;
  /** Ids of the tasks that were imported from one of these files, by any dialect. */
  importedFrom(projectId: number, paths: readonly string[]): ReadonlySet<number>;
  /** The highest `plan_order` of the project; 0 when it has no task. */
  lastPlace(projectId: number): number;
};
/** What a source said about a task; the base of the next import of the same source. */
export type ImportRow = {
  readonly project_id: number;
  /** `DIALECT:PATH`; the path is relative to the project's root inside it. */
  readonly source: string;
  readonly external_id: string;
  readonly task_id: number;
  readonly said: Readonly<Record<string, unknown>>;
};
