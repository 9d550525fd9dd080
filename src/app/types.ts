import type { MergeMode, RoutingMode, RunEvent, RunSummary } from '../core/event.ts';
import type { TaskEvidence } from '../core/evidence.ts';
import type { Result } from '../core/failure.ts';
import type { ProviderStatus, Usage } from '../core/model.ts';
import type { Settings } from '../core/settings.ts';
import type { NextTask, Task, TaskStatus } from '../core/task.ts';
import type { ProjectThen } from '../km/history/at.ts';
import type { ProjectChange, TaskDiff } from '../km/history/diff.ts';
import type { Undone } from '../km/history/undo.ts';
import type { Km, Project } from '../km/km.ts';
import type { PlanImport, PlanSync } from '../km/plan/plan.ts';
import type { Backup } from '../km/safety/backup.ts';
import type { Diagnosis } from '../km/safety/doctor.ts';
import type { Exported } from '../km/safety/export.ts';
import type { Imported } from '../km/safety/import.ts';
import type { Restored } from '../km/safety/restore.ts';
import type { Memory } from '../memory/memory.ts';
import type { ExplainQuery, Explanation } from '../router/explain.ts';
import type { CheckKindCard, CheckReport, CheckRow, CheckWish } from './check-types.ts';
import type { DoctorCalls } from './doctor-types.ts';
import type { EmbeddingCalls } from './embedding-types.ts';
import type { MemoryCalls } from './memory-types.ts';
import type { PermissionCalls, Person } from './permission-types.ts';
import type { LogbookLink, PlanReport, PlanWatchOptions, TaskReport } from './plan-types.ts';
import type { RecordCalls } from './record-types.ts';
import type { UndoMergeWish, UndoneMerge } from './undo-types.ts';
import type { VerifiedCommit, VerifyReport, VerifyWish } from './verify-types.ts';

export type { CheckKindCard, CheckReport, CheckRow } from './check-types.ts';
export type { PermissionReport, Person } from './permission-types.ts';
export type { LogbookLink, PlanWatchEvent } from './plan-types.ts';
export type { VerifiedCommit, VerifyReport } from './verify-types.ts';
export type OrchestrateOptions = {
  readonly max_steps?: number;
  readonly registry?: string;
  readonly merge?: MergeMode;
  readonly mode?: RoutingMode;
  readonly budget_usd?: number;
  readonly no_sandbox?: boolean;
  /** How many tasks are worked at once, each in a worktree and a run of its own; 1 when not given. */
  readonly workers?: number;
  /** Writes every model reply to this replay script. */
  readonly record?: string;
};
export type DryRun = { readonly next: NextTask; readonly route: RouteExplanation | null };
export type RouteExplanation = Explanation;
export type RouteQuery = ExplainQuery & { readonly registry?: string };
export type SmokeResult = {
  readonly model: string;
  readonly ok: boolean;
  /** The reply's text, clipped, or what went wrong and the next step. */
  readonly text: string;
  readonly ms: number;
  readonly tokens: Usage | null;
  /** Characters of the reply. */
  readonly size: number;
};
export type InitReport = {
  readonly project: Project;
  readonly verify: readonly string[];
  /** Where the test command came from, for example `package.json script "test"`. */
  readonly verify_from: string | null;
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly warnings: readonly string[];
};
export type RunInfo = {
  readonly id: string;
  readonly project_id: number;
  readonly status: 'running' | 'stopped' | 'finished';
  readonly started_at: string;
  readonly finished_at: string | null;
  /** The run that leads the workers this one is of; asking that one for something asks all. */
  readonly lead?: string | null;
  readonly summary: RunSummary | null;
};
export type UndoWish = {
  /** The task whose last change it is; else the project's last change. */
  readonly key?: string;
  readonly agent: string;
  /** Takes the last undo back. */
  readonly redo?: boolean;
  readonly dry_run?: boolean;
};
export type PastProject = ProjectThen & {
  /** What became of each task since, where that was asked for. */
  readonly diff?: readonly ProjectChange[];
};
export type DemoReport = {
  readonly summary: RunSummary;
  readonly folder: string;
  readonly repository: string;
  readonly home: string;
  /** The project's tasks after the run, those of earlier runs included. */
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** How to call this program from a shell: `llmclis` where that is found, else with the whole path. */
  readonly command: string;
};

export type ImportOptions = {
  /** A file or folder, from the current folder. */
  readonly path: string;
  /** The plan itself, instead of a file. */
  readonly text?: string;
  /** A dialect, instead of the one that it looks like. */
  readonly from?: string;
  /** Only says what would happen. */
  readonly dry_run?: boolean;
  readonly agent: string;
};
export type ImportReport = PlanImport & {
  /** How the source was read; `plan` is llmclis' own format. */
  readonly dialect: string;
  /** Tasks of an earlier import that the source does not have any more; they are left alone. */
  readonly gone: readonly { readonly key: string; readonly title: string }[];
  /** What changed in the source and here, and what could not be taken. */
  readonly conflicts: PlanSync['conflicts'];
  /** Whose tasks a new source was found to be: the path that the same list had before or has too, or the project. */
  readonly same_as?: string;
  readonly dry_run?: boolean;
};
export type ExportOptions = {
  /** Name of the exporter. */
  readonly to: string;
  /** Only tasks that this filter finds. */
  readonly filter?: string;
  readonly out?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
};
export type ExportReport = {
  readonly to: string;
  readonly stages: number;
  readonly tasks: number;
  /** What of a task such a text cannot hold. */
  readonly leaves_out: string;
  /** Absolute path of the file that was written. */
  readonly out: string | null;
  readonly text: string;
};

/** What the shells call. Everything behind it is built when first used, so that a hot command pays for nothing else. */
export type App = DoctorCalls &
  RecordCalls &
  EmbeddingCalls &
  MemoryCalls &
  PermissionCalls & {
    readonly version: string;
    readonly home: string;
    readonly cwd: string;
    now(): Date;
    km(): Result<Km>;
    memory(): Promise<Result<Memory>>;
    /** The next task by one look-up, or null when that is not enough: no such project, or a plan file to read first. */
    hotNext(id?: number): Result<NextTask | null>;
    /** A number that is another one after any process, this one included, changed the database. */
    changeNumber(): number;
    /** The given project, else the one of the current folder. */
    project(id?: number): Result<Project>;
    settings(project?: Project): Promise<Result<Settings>>;
    /** Takes what a person changed in the plan files into the database; one `stat` per file when nothing changed. */
    pullPlans(project: Project): Promise<Result<PlanSync>>;
    /** Both ways. What every command that changed tasks calls last. */
    syncPlans(project: Project, agent: string): Promise<Result<PlanSync>>;
    /** Reads a plan of any known dialect into the project and brings the project's own plan in step. */
    importPlan(project: Project, options: ImportOptions): Promise<Result<ImportReport>>;
    exportPlan(project: Project, options: ExportOptions): Promise<Result<ExportReport>>;
    /** Syncs after every change of a plan file, the settings or the database, until the signal aborts. */
    watchPlans(project: Project, options: PlanWatchOptions): Promise<Result<void>>;
    /** Runs checks on the person's files as they are, on a copy in the sandbox; each result also comes to `onRow`. */
    check(
      project: Project,
      wish: CheckWish,
      onRow: (row: CheckRow) => void,
      signal: AbortSignal,
    ): Promise<Result<CheckReport>>;
    /** Can this check be understood? */
    readCheck(text: string): Promise<Result<void>>;
    /** The table of kinds of checks. */
    checkKinds(): Promise<readonly CheckKindCard[]>;
    /** Replays certificates in a clean clone; each commit also comes to `onCommit`. */
    verify(
      wish: VerifyWish,
      onCommit: (commit: VerifiedCommit) => void,
      signal: AbortSignal,
    ): Promise<Result<VerifyReport>>;
    /** Looks for mistakes in one plan file, or in all of the project's. */
    checkPlan(project: Project | null, file?: string): Promise<Result<PlanReport>>;
    /** Writes an entry about a task into issues.md or research.md; the link is for the task. */
    reportIssue(project: Project, report: TaskReport): Promise<Result<LogbookLink>>;
    noteResearch(project: Project, report: TaskReport): Promise<Result<LogbookLink>>;
    init(options: { readonly name?: string; readonly verify?: string }): Promise<Result<InitReport>>;
    explainRoute(query: RouteQuery): Promise<Result<RouteExplanation>>;
    providerStatus(registry?: string): Promise<Result<readonly ProviderStatus[]>>;
    smoke(model?: string, registry?: string): Promise<Result<readonly SmokeResult[]>>;
    dryRun(project: Project, options: OrchestrateOptions): Promise<Result<DryRun>>;
    /** Starts a run, or resumes the project's run whose process died; resolves when it ended. Events also come to `onEvent`, in order. */
    orchestrate(
      project: Project,
      options: OrchestrateOptions,
      onEvent: (event: RunEvent) => void,
      signal: AbortSignal,
      person?: Person,
    ): Promise<Result<RunSummary>>;
    /** Starts `orchestrate` as a process of its own that outlives this one. */
    startRun(project: Project): Promise<Result<{ readonly run_id: string }>>;
    runs(project: Project): Result<readonly RunInfo[]>;
    runEvents(runId: string, afterSeq: number): Result<readonly RunEvent[]>;
    /** The report of the last run that worked the task: its checks before and after, what was refused, its certificate. */
    taskEvidence(task: Task): TaskEvidence | null;
    requestRun(runId: string, kind: 'stop' | 'pause' | 'resume', payload?: string): Result<void>;
    /** A person's word: `answer` opens a blocked task again with the answer as a note, `accept` merges and closes an unproven one, `reject` opens it again. */
    answerTask(project: Project, key: string, text: string): Promise<Result<Task>>;
    acceptTask(project: Project, key: string): Promise<Result<Task>>;
    rejectTask(project: Project, key: string, because: string): Promise<Result<Task>>;
    /** How a task changed between two points: times, or entries of its log. */
    taskDiff(task: Task, ends: { readonly from?: string; readonly to?: string }): Promise<Result<TaskDiff>>;
    /** The project as it was at a time that a person named. */
    pastProject(project: Project, time: string, options: { readonly diff: boolean }): Promise<Result<PastProject>>;
    /** Takes the last change back by appending. The plans are still to be synced. */
    undo(project: Project, wish: UndoWish): Promise<Result<Undone>>;
    /** Takes the merged work of a task back by a commit and makes the task pending. The plans are still to be synced. */
    undoMerge(project: Project, wish: UndoMergeWish): Promise<Result<UndoneMerge>>;
    /** Copies the database while it is used; by default into the home's `backups/`. */
    backup(file: string | undefined, options: { readonly force: boolean }): Promise<Result<Backup>>;
    restore(file: string, options: { readonly force: boolean }): Promise<Result<Restored>>;
    /** All content, or one project's, as lines; null when they were printed. */
    exportContent(
      projectId: number | undefined,
      to: { readonly file: string } | { readonly print: (line: string) => void },
    ): Promise<Result<Exported | null>>;
    importContent(
      from: { readonly file: string; readonly text: string | null },
      options: { readonly replace: boolean; readonly force: boolean },
    ): Promise<Result<Imported>>;
    kmDoctor(options: {
      readonly repair: boolean;
    }): Promise<Result<Diagnosis & { readonly repaired?: readonly string[] }>>;
    demo(
      options: { readonly folder?: string },
      onEvent: (event: RunEvent) => void,
      signal: AbortSignal,
    ): Promise<Result<DemoReport>>;
    close(): void;
  };
