import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import { TASK_STATUSES } from '../../core/task.ts';
import { changeLines } from '../change-text.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { formatTable } from '../table.ts';
import { statusText } from '../task-text.ts';

type Past = Extract<Awaited<ReturnType<App['pastProject']>>, { ok: true }>['value'];

export const projectAt = defineCommand({
  name: 'project at',
  summary: 'Show the project as it was at a time: its tasks with all their fields then.',
  about:
    'Made from the history, which is never changed. TIME is how long ago (30m, 2h, 3d, 1w), a day (its end), or an ISO 8601 time, in UTC.',
  args: { time: { required: true, rest: true, help: '2h, 3d, 2026-11-20 or 2026-11-20T09:00.' } },
  flags: {
    diff: { type: 'boolean', help: 'What became of each task from then to now, instead.' },
    stages: { type: 'boolean', help: 'Stages too.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis project at 2h', does: 'As it was two hours ago.' },
    { command: 'llmclis project at 2026-11-20 --diff', does: 'What happened since the end of that day.' },
    { command: 'llmclis project at 3d --json', does: 'As {"project", "at", "tasks", "counts"}.' },
  ],
  run: async (app: ReadsTasks & Pick<App, 'pastProject'>, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const past = await app.pastProject(at.value.project, args.time, { diff: flags.diff });
    if (!past.ok) return past;
    const tasks = past.value.tasks.filter(task => flags.stages || task.kind === 'task');
    if (out.isJson) out.json({ ...past.value, tasks });
    else if (past.value.diff !== undefined) showDiff(past.value, past.value.diff, out);
    else showTasks({ ...past.value, tasks }, out);
    return ok(0);
  },
});

function showTasks({ at, tasks, counts }: Past, out: Output): void {
  const parts = TASK_STATUSES.filter(status => counts[status] > 0).map(status => `${counts[status]} ${status}`);
  out.line(out.style('dim', `At ${at}: ${parts.length === 0 ? 'no task yet' : parts.join(', ')}`));
  if (tasks.length === 0) return;
  const columns = [
    { title: 'key' },
    { title: 'status' },
    { title: 'prio', align: 'right' },
    { title: 'role' },
    { title: 'title' },
  ] as const;
  const rows = tasks.map(task => [
    oneLine(task.key, 40),
    statusText(task, out),
    String(task.priority),
    task.role ?? '',
    oneLine(task.title, 100),
  ]);
  out.lines(formatTable(columns, rows));
}

function showDiff({ at }: Past, changes: NonNullable<Past['diff']>, out: Output): void {
  out.line(out.style('dim', `From ${at} to now:`));
  if (changes.length === 0) out.line('  Nothing changed.');
  for (const change of changes) {
    const added = change.kind === 'added' ? ` ${out.style('green', '(added)')}` : '';
    out.line(`${out.style('bold', oneLine(change.key, 40))}  ${oneLine(change.title, 100)}${added}`);
    out.lines(changeLines(change.changes, out));
  }
}
