import type { MergeMode, RoutingMode, RunEvent, RunSummary } from '../core/event.ts';
import type { Result } from '../core/failure.ts';
import type { ProviderStatus, Usage } from '../core/model.ts';
import type { Settings } from '../core/settings.ts';
import type { NextTask, Task, TaskStatus } from '../core/task.ts';
import type { Km, Project } from '../km/km.ts';
import type { PlanImport, PlanProblem, PlanSync } from '../km/plan/plan.ts';
import type { Memory } from '../memory/memory.ts';
import type { ExplainQuery, Explanation } from '../router/explain.ts';

export type OrchestrateOptions = {
  readonly max_steps?: number;
  readonly registry?: string;
  readonly merge?: MergeMode;
  readonly mode?: RoutingMode;
  readonly budget_usd?: number;
  readonly no_sandbox?: boolean;
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
  readonly summary: RunSummary | null;
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

/** What the shells call. Everything behind it is built when first used, so that a hot command pays for nothing else. */
export type App = {
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
  importPlan(project: Project, file: string, agent: string): Promise<Result<PlanImport>>;
  checkPlan(project: Project | null, file: string): Promise<Result<readonly PlanProblem[]>>;
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
  ): Promise<Result<RunSummary>>;
  /** Starts `orchestrate` as a process of its own that outlives this one. */
  startRun(project: Project): Promise<Result<{ readonly run_id: string }>>;
  runs(project: Project): Result<readonly RunInfo[]>;
  runEvents(runId: string, afterSeq: number): Result<readonly RunEvent[]>;
  requestRun(runId: string, kind: 'stop' | 'pause' | 'resume', payload?: string): Result<void>;
  /** A person's word: `answer` opens a blocked task again with the answer as a note, `accept` merges and closes an unproven one, `reject` opens it again. */
  answerTask(project: Project, key: string, text: string): Promise<Result<Task>>;
  acceptTask(project: Project, key: string): Promise<Result<Task>>;
  rejectTask(project: Project, key: string, because: string): Promise<Result<Task>>;
  demo(
    options: { readonly folder?: string },
    onEvent: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<Result<DemoReport>>;
  close(): void;
};
