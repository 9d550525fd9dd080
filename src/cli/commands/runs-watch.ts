import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { defineCommand } from '../command.ts';
import { PROJECT_FLAG } from '../project.ts';
import { createRunPrinter } from '../run-printer.ts';
import { showEnd } from './orchestrate.ts';
import { findRun, RUN_ARGUMENT } from './runs.ts';

/** Milliseconds between two looks at the journal: quick for a reader, nothing for SQLite. */
const LOOK_MS = 250;
const INTERRUPTED = 130;

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
    let after = 0;
    for (;;) {
      // The status is read first: what a run wrote before it ended is then among the events.
      const state = await findRun(app, flags.project_id, run.value.id);
      if (!state.ok) return state;
      const events = await app.runEvents(run.value.id, after);
      if (!events.ok) return events;
      for (const event of events.value) {
        printer.event(event);
        after = event.seq;
        if (event.type !== 'run.finished') continue;
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
