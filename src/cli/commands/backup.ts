import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { count, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';

/** `1,234 tasks in 3 projects`. */
export const contentText = ({ projects, tasks }: { readonly projects: number; readonly tasks: number }): string =>
  `${plural(tasks, 'task', 'tasks')} in ${plural(projects, 'project', 'projects')}`;

export const backup = defineCommand({
  name: 'backup',
  summary: 'Copy the whole database to one file, while runs go on.',
  about:
    'The copy is of one moment. It is opened, checked and counted before it gets its name: a file of that name is whole. It holds all projects, their history, runs and memories; plan files and repositories are not in it.',
  args: { file: { help: 'Where to; default: backups/llmclis-TIME.db in the home folder.' } },
  flags: { force: { type: 'boolean', help: 'Replace a file of that name.' } },
  examples: [
    { command: 'llmclis backup', does: 'Prints where it is.' },
    { command: 'llmclis backup /mnt/disk/llmclis.db --force --json', does: 'For a nightly job.' },
  ],
  run: async (app: Pick<App, 'backup'>, { args, flags }, out) => {
    const made = await app.backup(args.file, { force: flags.force });
    if (!made.ok) return made;
    const { file, bytes } = made.value;
    out.line(`${out.style('bold', file)}  ${count(bytes)} bytes, ${contentText(made.value)}, checked`);
    out.line(out.style('dim', `Put it back: llmclis restore ${file}`));
    if (out.isJson) out.json(made.value);
    return ok(0);
  },
});

export const restore = defineCommand({
  name: 'restore',
  summary: 'Make the database what a backup holds; what is there now is kept as a backup.',
  about:
    'The file is checked first; one of an older llmclis is brought up to date on a copy. Other processes see either the old content or the new one, never a part. Plan files are left alone: what they say more than the backup is taken in by the next command.',
  args: { file: { required: true, help: 'A file that llmclis backup made.' } },
  flags: { force: { type: 'boolean', help: 'Also while a run is going.' } },
  examples: [
    {
      command: 'llmclis restore ~/.local/share/llmclis/backups/llmclis-20261121-090000.db',
      does: 'Prints where the content of before is kept.',
    },
  ],
  run: async (app: Pick<App, 'restore'>, { args, flags }, out) => {
    const restored = await app.restore(args.file, { force: flags.force });
    if (!restored.ok) return restored;
    const { file, kept } = restored.value;
    out.line(`Restored ${contentText(restored.value)} from ${file}`);
    if (kept !== null) out.line(`What was there before: ${kept}`);
    if (out.isJson) out.json(restored.value);
    return ok(0);
  },
});
