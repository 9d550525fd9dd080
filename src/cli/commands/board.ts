import type { App } from '../../app.ts';
import type { RunEvent } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { TuiPorts } from '../../tui/ports.ts';
import { defineCommand } from '../command.ts';
import { type AtProject, openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';

type Needs = ReadsTasks & Pick<App, 'runs' | 'runEvents' | 'startRun' | 'requestRun' | 'changeNumber'>;

/** Tasks read in one go for the board, which draws only what fits. */
const PAGE = 10_000;

/** A value that a screen needs now: a failure here is shown as what it would be without it. */
const orElse = <T>(result: Result<T>, fallback: T): T => (result.ok ? result.value : fallback);

/** The board's ports over the app. `project` stays the same while the board is open. */
export function boardPorts(app: Needs, at: AtProject): TuiPorts {
  const { project, km } = at;
  return {
    project: { id: project.id, name: project.name },
    tasks: () => km.listTasks({ project_id: project.id, stages: true, limit: PAGE }).tasks,
    notes: taskId => km.notes(taskId),
    next: () => km.getNextTaskToWorkOn(project.id),
    latestRun: () => {
      const runs = orElse(app.runs(project), []);
      return runs.reduce<(typeof runs)[number] | null>(
        (newest, run) => (newest === null || run.started_at >= newest.started_at ? run : newest),
        null,
      );
    },
    runEvents: (runId, after) => orElse<readonly RunEvent[]>(app.runEvents(runId, after), []),
    startRun: () => app.startRun(project),
    stopRun: runId => app.requestRun(runId, 'stop'),
    refresh: async () => {
      await app.pullPlans(project);
    },
    version: () => app.changeNumber(),
  };
}

export const board = defineCommand({
  name: 'board',
  summary: 'Open the board of the current folder’s project; llmclis alone does the same.',
  about:
    'In a terminal it is a live screen: r starts a run, s stops it, q leaves it running. Piped, it prints the board.',
  args: {},
  flags: { project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis', does: 'The plan as a table, the next task marked, and why it is next.' },
    { command: 'llmclis board | less', does: 'The same as text.' },
  ],
  run: async (app: Needs, { flags }, out, shell) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const ports = boardPorts(app, at.value);
    if (out.isJson) {
      out.json({ project: at.value.project, tasks: ports.tasks(), next: ports.next(), run: ports.latestRun() });
      return ok(0);
    }
    const screens = await shell.screens();
    if (shell.terminal.interactive()) {
      const { stdin, stdout } = shell.terminal;
      await screens.openBoard(ports, { stdin, stdout, signal: shell.interrupts() });
    } else out.line(screens.boardText(ports, shell.terminal.columns()));
    return ok(0);
  },
});
