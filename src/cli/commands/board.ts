import type { App } from '../../app.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { Task } from '../../core/task.ts';
import { type BoardNeeds, boardPorts } from '../board-ports.ts';
import { defineCommand } from '../command.ts';
import { type AtProject, openProject, PROJECT_FLAG } from '../project.ts';
import { tendWhile } from '../tend.ts';

/** The stages and tasks in plan order; with a filter the tasks that it lets through. */
function tasksOf({ km, project }: AtProject, filter: string): Result<readonly Task[]> {
  if (filter === '') return ok(km.listTasks({ project_id: project.id, stages: true }).tasks);
  const found = km.searchTasks(project.id, filter, { order: 'plan' });
  return found.ok ? ok(found.value.tasks) : found;
}

export const board = defineCommand({
  name: 'board',
  summary: 'Open the board of the current folder’s project; llmclis alone does the same.',
  about:
    'In a terminal it is a live screen: / filters while you type, space folds, d, o, p and c change the task, r starts a run, s stops it, ? shows all keys, q leaves. Piped, it prints the board. FILTER is the language of llmclis task list.',
  args: {
    filter: {
      rest: true,
      dashes: true,
      help: 'Only tasks that pass it, for example status:blocked -tag:later; see llmclis help task list.',
    },
  },
  flags: { project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis', does: 'The plan as a tree, the next task marked, and why it is next.' },
    { command: 'llmclis board status:blocked', does: 'Opens with the blocked tasks, and the stages they stand in.' },
    { command: 'llmclis board | less', does: 'The same as text.' },
  ],
  run: async (app: BoardNeeds & Pick<App, 'tendMemory'>, { args, flags }, out, shell) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const ports = boardPorts(app, at.value);
    const filter = (args.filter ?? '').trim();
    if (out.isJson) {
      const tasks = tasksOf(at.value, filter);
      if (!tasks.ok) return tasks;
      out.json({ project: at.value.project, tasks: tasks.value, next: ports.next(), run: ports.latestRun() });
      return ok(0);
    }
    const screens = await shell.screens();
    if (shell.terminal.interactive()) {
      const { stdin, stdout } = shell.terminal;
      const closed = new AbortController();
      const idle = tendWhile(app, shell, closed.signal);
      await screens
        .openBoard(ports, { stdin, stdout, signal: shell.interrupts(), filter })
        .finally(() => closed.abort(new Error('The board is closed.')));
      await idle;
      return ok(0);
    }
    const text = screens.boardText(ports, shell.terminal.columns(), filter);
    if (text.ok) out.line(text.value);
    return text.ok ? ok(0) : text;
  },
});
