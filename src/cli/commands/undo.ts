import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { AGENT_FLAG, type ChangesTasks, changeProject, openProject, PERSON, PROJECT_FLAG } from '../project.ts';

type Undone = Extract<Awaited<ReturnType<App['undoMerge']>>, { ok: true }>['value'];

export const undo = defineCommand({
  name: 'undo',
  summary: 'Take the merged work of a task back: a commit that reverses it, and the task is pending again.',
  about:
    'What was done after it stays, and what you have not committed is never touched. The commit is made on the checked-out branch where that has the work, and on the run branch that later tasks build on. Where later work changed the same places nothing is changed at all (exit 6), and a task for a person keeps it from being forgotten. Twice is once. To have the work again after all, revert the undo (git revert) or let the task be done anew. What was changed in the task list alone is taken back by llmclis task undo.',
  args: { key: { required: true, help: 'The task’s key, for example S1.1.' } },
  flags: {
    dry_run: { type: 'boolean', help: 'Only say what would be taken back, and where.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis undo S1.1 --dry_run', does: 'Which files would change back, and on which branch.' },
    { command: 'llmclis undo S1.1', does: 'Takes it back; S1.1 is pending again, with a note of both commits.' },
    {
      command: 'llmclis undo S1.1 --json',
      does: 'The same as {"task", "commit", "on": [{"branch", "undo"}], "changes", "already", "dry_run", "built_on_it"}.',
    },
  ],
  run: async (app: ChangesTasks & Pick<App, 'undoMerge'>, { args, flags }, out) => {
    const { dry_run, agent = PERSON, project_id: projectId } = flags;
    const undone = dry_run
      ? await openProject(app, projectId).then(at =>
          at.ok ? app.undoMerge(at.value.project, { key: args.key, agent, dry_run }) : at,
        )
      : await changeProject(app, { projectId, agent }, ({ project }) =>
          app.undoMerge(project, { key: args.key, agent, dry_run }),
        );
    if (!undone.ok) return undone;
    if (out.isJson) out.json(undone.value);
    show(undone.value, out);
    return ok(0);
  },
});

function show({ task, commit, on, changes, already, dry_run, built_on_it }: Undone, out: Output): void {
  const short = (id: string): string => id.slice(0, 12);
  out.line(`${out.style('bold', task.key)}  ${oneLine(task.title)}`);
  if (already) out.line('Nothing to do: this was taken back already.');
  else if (on.length > 0) out.line(`${dry_run ? 'Would take back' : 'Took back'} commit ${short(commit)}.`);
  else out.line(dry_run ? 'Would make the task pending again.' : 'The task is pending again.');
  if (on.length === 0)
    out.line(
      `Commit ${short(commit)} was merged nowhere: the work stays on its own branch, which nobody merges by itself.`,
    );
  for (const { branch, undo } of on) {
    if (undo !== null) out.line(`  ${branch}: by commit ${short(undo)}`);
    else out.line(`  ${branch}: ${dry_run && changes.length > 0 ? 'by a new commit' : 'nothing of it was left'}`);
  }
  for (const { path, status } of changes.slice(0, 20)) out.line(`  ${status.padEnd(8)}  ${oneLine(path)}`);
  if (changes.length > 20) out.line(`  and ${plural(changes.length - 20, 'file', 'files')} more`);
  if (built_on_it.length > 0)
    out.line(
      `Done with its work there, look at them too: ${built_on_it
        .slice(0, 20)
        .map(key => oneLine(key))
        .join(', ')}`,
    );
  const [first] = on;
  if (!dry_run && !already && first?.undo)
    out.line(out.style('dim', `After all not: git revert ${short(first.undo)}, then llmclis task done ${task.key}`));
}
