import type { App, RunInfo } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { emptyRun, updateRun } from '../../core/run-view.ts';
import { money, oneLine } from '../../core/sentence.ts';
import type { Project } from '../../km/km.ts';
import { type Command, defineCommand } from '../command.ts';
import { PROJECT_FLAG } from '../project.ts';
import { runTableLines } from '../run-printer.ts';
import { formatTable } from '../table.ts';

export const RUN_ARGUMENT = { help: 'The run’s id; default: the newest run of the project.' } as const;

const runsOf = async (
  app: Pick<App, 'project' | 'runs'>,
  projectId: number | undefined,
): Promise<Result<{ project: Project; runs: readonly RunInfo[] }>> => {
  const project = app.project(projectId);
  if (!project.ok) return project;
  const runs = await app.runs(project.value);
  return runs.ok ? ok({ project: project.value, runs: runs.value }) : runs;
};

/** The run with this id, else the project's newest one with the `wanted` status. */
export async function findRun(
  app: Pick<App, 'project' | 'runs'>,
  projectId: number | undefined,
  id: string | undefined,
  wanted: RunInfo['status'] | 'any' = 'any',
): Promise<Result<RunInfo>> {
  const found = await runsOf(app, projectId);
  if (!found.ok) return found;
  const newest = [...found.value.runs].sort((a, b) =>
    a.started_at === b.started_at ? (a.id < b.id ? 1 : -1) : a.started_at < b.started_at ? 1 : -1,
  );
  const fits = newest.find(({ status }) => wanted === 'any' || status === wanted);
  // Of several workers the one that leads them is meant.
  const leading = newest.find(candidate => candidate.id === fits?.lead) ?? fits;
  const run = id === undefined ? leading : newest.find(candidate => candidate.id === id);
  if (run !== undefined) return ok(run);
  const name = oneLine(found.value.project.name);
  return id === undefined
    ? fail(
        'input.not_found',
        `Project ${name} has no ${wanted === 'any' ? 'run yet' : `${wanted} run`}.`,
        'See its runs: llmclis runs list. Start one: llmclis orchestrate',
      )
    : fail('input.not_found', `Project ${name} has no run ${JSON.stringify(id)}.`, 'See its runs: llmclis runs list');
}

export const runsList = defineCommand({
  name: 'runs list',
  summary: 'List the runs of a project, with what they did and what they cost.',
  args: {},
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis runs list', does: 'As they were started.' }],
  run: async (app: Pick<App, 'project' | 'runs'>, { flags }, out) => {
    const found = await runsOf(app, flags.project_id);
    if (!found.ok) return found;
    const { runs } = found.value;
    const rows = runs.map(({ id, status, started_at, summary }) => [
      id,
      status,
      started_at,
      summary === null ? '' : String(summary.tasks.done),
      summary === null ? '' : String(summary.tasks.blocked),
      summary === null ? '' : money(summary.usd),
      summary === null ? '' : oneLine(summary.because, 80),
    ]);
    if (rows.length === 0) out.line('No run yet. Start one: llmclis orchestrate');
    else
      out.lines(
        formatTable(
          [
            { title: 'run' },
            { title: 'status' },
            { title: 'started' },
            { title: 'done', align: 'right' },
            { title: 'blocked', align: 'right' },
            { title: 'cost', align: 'right' },
            { title: 'ended' },
          ],
          rows,
        ),
      );
    if (out.isJson) out.json({ runs });
    return ok(0);
  },
});

export const runsShow = defineCommand({
  name: 'runs show',
  summary: 'Show one run: its tasks, tries, models, checks and cost.',
  args: { run: RUN_ARGUMENT },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis runs show', does: 'The newest run.' }],
  run: async (app: Pick<App, 'project' | 'runs' | 'runEvents'>, { args, flags }, out, shell) => {
    const run = await findRun(app, flags.project_id, args.run);
    if (!run.ok) return run;
    const events = await app.runEvents(run.value.id, 0);
    if (!events.ok) return events;
    const view = events.value.reduce(updateRun, emptyRun);
    const { id, status, started_at, finished_at, summary } = run.value;
    out.line(`Run ${id}: ${status}, started ${started_at}${finished_at === null ? '' : `, ended ${finished_at}`}`);
    if (summary !== null) out.line(`because ${oneLine(summary.because, 400)}`);
    if (view.rows.length > 0) out.lines(['', ...runTableLines(view, shell.terminal.columns())]);
    if (out.isJson) out.json({ ...run.value, tasks: view.rows });
    return ok(0);
  },
});

type Asks = Pick<App, 'project' | 'runs' | 'requestRun'>;

/** A command that asks a running run for something; the run does it between two of its steps. */
function requestCommand(kind: 'stop' | 'pause' | 'resume', summary: string, does: string): Command<Asks> {
  return defineCommand({
    name: `runs ${kind}`,
    summary,
    args: { run: RUN_ARGUMENT },
    flags: { project_id: PROJECT_FLAG },
    examples: [{ command: `llmclis runs ${kind}`, does }],
    run: async (app: Asks, { args, flags }, out) => {
      const run = await findRun(app, flags.project_id, args.run, 'running');
      if (!run.ok) return run;
      if (run.value.status !== 'running')
        return fail(
          'input.invalid',
          `Run ${run.value.id} is ${run.value.status}; nobody would handle the request.`,
          `Go on with the plan: llmclis orchestrate --project_id ${run.value.project_id}`,
        );
      const asked = await app.requestRun(run.value.id, kind);
      if (!asked.ok) return asked;
      out.line(`Asked run ${run.value.id} to ${kind}. Watch it: llmclis runs watch ${run.value.id}`);
      if (out.isJson) out.json({ run_id: run.value.id, requested: kind });
      return ok(0);
    },
  });
}

export const runsStop = requestCommand(
  'stop',
  'Ask a run to stop after the work in hand.',
  'The task in hand is given back, its tries kept.',
);
export const runsPause = requestCommand('pause', 'Ask a run to wait.', 'It waits until llmclis runs resume.');
export const runsResume = requestCommand('resume', 'Let a paused run go on.', 'It goes on where it waited.');
