import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import type { Undone } from '../../km/history/undo.ts';
import { changeLines } from '../change-text.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import {
  AGENT_FLAG,
  type AtProject,
  type ChangesTasks,
  changeProject,
  openProject,
  PERSON,
  PROJECT_FLAG,
} from '../project.ts';

export const taskDiff = defineCommand({
  name: 'task diff',
  summary: 'Show what changed of a task between two points of its history, field by field.',
  about:
    'A point is a time (30m, 2h, 3d or 1w ago; a day, which means its end; an ISO 8601 time, in UTC) or the number of an entry of task log, the oldest being 1.',
  args: { key: { required: true, help: 'The task’s key, for example S1.1.' } },
  flags: {
    from: { type: 'string', value: 'TIME|N', help: 'The earlier point; default 1: as it was added.' },
    to: { type: 'string', value: 'TIME|N', help: 'The later point; default: now.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task diff S1.1', does: 'All that changed since it was added.' },
    { command: 'llmclis task diff S1.1 --from 2d', does: 'What changed in the last two days.' },
    {
      command: 'llmclis task diff S1.1 --from 3 --to 4 --json',
      does: 'What the fourth entry of its log did, as {"key", "from", "to", "changes": [{"field", "from", "to"}]}.',
    },
  ],
  run: async (app: Parameters<typeof openProject>[0] & Pick<App, 'taskDiff'>, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const task = at.value.km.task(at.value.project.id, args.key);
    if (!task.ok) return task;
    const { from, to } = flags;
    const diff = await app.taskDiff(task.value, given({ from, to }));
    if (!diff.ok) return diff;
    const { key, changes } = diff.value;
    out.line(`${out.style('bold', key)}  ${oneLine(task.value.title)}`);
    out.line(out.style('dim', `from ${diff.value.from} to ${diff.value.to}`));
    if (changes.length === 0) out.line('  Nothing changed.');
    out.lines(changeLines(changes, out));
    if (out.isJson) out.json(diff.value);
    return ok(0);
  },
});

export const taskUndo = defineCommand({
  name: 'task undo',
  summary: 'Take the last change back: of a task, or of the whole project.',
  about:
    'What was changed together (a bulk edit, the sync of a plan) is taken back together. Fields, dependencies and statuses are what they were; a task that was added is cancelled; notes stay, and claims are left alone. Nothing is removed from the history: an undo is an entry too, a second one goes one change further back, and --redo takes the last undo back. What was changed again since is refused (exit 6). This is about the task list alone: what a task changed in the repository is taken back by llmclis undo KEY.',
  args: { key: { help: 'The task whose last change it is; default: the project’s last change.' } },
  flags: {
    redo: { type: 'boolean', help: 'Take the last undo back.' },
    dry_run: { type: 'boolean', help: 'Only say what would be taken back.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task undo --dry_run', does: 'What was changed last, and what would become of it.' },
    { command: 'llmclis task undo', does: 'Takes it back; again: the change before it.' },
    { command: 'llmclis task undo S1.1', does: 'The last change of S1.1, with what was changed together with it.' },
    { command: 'llmclis task undo --redo', does: 'After all not.' },
  ],
  run: async (app: ChangesTasks & Pick<App, 'undo'>, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const { redo, dry_run } = flags;
    const undo = async ({ project, km }: AtProject) => {
      const task = args.key === undefined ? ok(null) : km.task(project.id, args.key);
      if (!task.ok) return task;
      const key = task.value?.key;
      return app.undo(project, { agent, redo, dry_run, ...given({ key }) });
    };
    const undone = dry_run
      ? await openProject(app, flags.project_id).then(at => (at.ok ? undo(at.value) : at))
      : await changeProject(app, { projectId: flags.project_id, agent }, undo);
    if (!undone.ok) return undone;
    show(undone.value, out);
    return ok(0);
  },
});

function show(undone: Undone, out: Output): void {
  if (out.isJson) out.json(undone);
  const { at, agent, redo, dry_run, tasks, notes_kept } = undone;
  const what = redo ? 'the undo' : 'the change';
  out.line(`${dry_run ? 'Would take back' : 'Took back'} ${what} of ${at} by ${oneLine(agent, 60)}:`);
  for (const { key, title, changes } of tasks) {
    out.line(`${out.style('bold', key)}  ${oneLine(title)}`);
    out.lines(changeLines(changes, out));
  }
  if (tasks.length === 0) out.line('  All of it is as it was before already.');
  if (notes_kept > 0) out.line(`Kept ${plural(notes_kept, 'note', 'notes')} of it: notes are never removed.`);
  if (!dry_run)
    out.line(out.style('dim', redo ? 'Undo it again: llmclis task undo' : 'After all not: llmclis task undo --redo'));
}
