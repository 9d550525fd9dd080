import type { App, RunInfo } from '../../app.ts';
import type { RunEvent } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import { defineCommand } from '../command.ts';
import { PROJECT_FLAG } from '../project.ts';
import { createRunPrinter } from '../run-printer.ts';
import { showEnd } from './orchestrate.ts';
import { findRun, RUN_ARGUMENT } from './runs.ts';

/** Milliseconds between two looks at the journal: quick for a reader, nothing for SQLite. */
const LOOK_MS = 250;
const INTERRUPTED = 130;

/** What a run wrote since, and the workers that it leads, by time. */
async function newEvents(
  app: Pick<App, 'project' | 'runs' | 'runEvents'>,
  run: RunInfo,
  after: ReadonlyMap<string, number>,
): Promise<Result<readonly RunEvent[]>> {
  const project = app.project(run.project_id);
  const runs = project.ok ? await app.runs(project.value) : project;
  if (!runs.ok) return runs;
  const led = runs.value.filter(({ id, lead }) => lead === run.id && id !== run.id).map(({ id }) => id);
  const all: RunEvent[] = [];
  for (const id of [run.id, ...led]) {
    const events = await app.runEvents(id, after.get(id) ?? 0);
    if (!events.ok) return events;
    all.push(...events.value);
  }
  return ok(led.length === 0 ? all : all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)));
}

export const runsWatch = defineCommand({
  name: 'runs watch',
  summary: 'Follow a run from another terminal, from its first event on, until it ends.',
  args: { run: RUN_ARGUMENT },
  flags: { project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis runs watch', does: 'The newest run; Ctrl-C leaves it running.' },
    { command: 'llmclis runs watch --json', does: 'Its events, one per line.' },
  ],
  run: async (app: Pick<App, 'project' | 'runs' | 'runEvents'>, { args, flags }, out, shell) => {
    const run = await findRun(app, flags.project_id, args.run);
    if (!run.ok) return run;
    const printer = createRunPrinter(out, shell.terminal.columns());
    const signal = shell.interrupts();
    const after = new Map<string, number>();
    for (;;) {
      // The status is read first: what a run wrote before it ended is then among the events.
      const state = await findRun(app, flags.project_id, run.value.id);
      if (!state.ok) return state;
      const events = await newEvents(app, run.value, after);
      if (!events.ok) return events;
      for (const event of events.value) {
        printer.event(event);
        after.set(event.run_id, event.seq);
        if (event.type !== 'run.finished' || event.run_id !== run.value.id) continue;
        printer.table();
        showEnd(event, out);
        return ok(0);
      }
      if (state.value.status !== 'running') {
        printer.table();
        out.note(
          `Run ${run.value.id} has stopped. llmclis orchestrate --project_id ${run.value.project_id} resumes it.`,
        );
        return ok(0);
      }
      if (signal.aborted) return ok(INTERRUPTED);
      await shell.sleep(LOOK_MS, signal);
    }
  },
});
