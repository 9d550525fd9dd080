import type { App, ImportReport } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { AGENT_FLAG, PERSON, PROJECT_FLAG } from '../project.ts';

const LINES_SHOWN = 20;

export const planImport = defineCommand({
  name: 'plan import',
  summary: 'Read a plan into the project: our own, or one of many other kinds.',
  about:
    'How it is written is seen from its content: plans of llmclis; Markdown check lists, and task lists of spec-kit, OpenSpec, Kiro, Conductor, ExecPlans and Obsidian; todo.md and todo.txt; org; JSON of Taskmaster, beads, Taskwarrior and llmclis; folders of Backlog.md. The same source again updates what changed in it since, and never doubles a task. What was changed here stays; where both sides changed a field, the source’s value is the field and the other one a note. Tasks that the source does not have any more are left alone and named, and so are lines that look like tasks and are none.',
  args: { file: { required: true, help: 'The plan: a file, a folder, or - for stdin.' } },
  flags: {
    from: {
      type: 'string',
      value: 'DIALECT',
      help: 'Read it as this, however it looks: plan, taskmaster, backlog, beads …; a wrong name lists all.',
    },
    dry_run: { type: 'boolean', help: 'Only say what would be imported.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis plan import plans.md --json', does: 'Answers with {"imported": {"stages", "tasks", …}}.' },
    { command: 'llmclis plan import .taskmaster/tasks/tasks.json --dry_run', does: 'Says what it would bring.' },
    { command: 'llmclis plan import backlog', does: 'A folder of Backlog.md, with its drafts and archive.' },
    { command: 'llmclis plan import - --from taskwarrior', does: 'What comes through a pipe from task export.' },
  ],
  run: async (app: Pick<App, 'project' | 'importPlan'>, { args, flags }, out, shell) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const { from, dry_run } = flags;
    const text = args.file === '-' ? shell.readStdin() : undefined;
    const wanted = { path: args.file, agent: flags.agent ?? PERSON, ...given({ from, dry_run, text }) };
    const imported = await app.importPlan(project.value, wanted);
    if (!imported.ok) return imported;
    print(imported.value, out);
    if (out.isJson) out.json(imported.value);
    return ok(0);
  },
});

function print(report: ImportReport, out: Output): void {
  const { imported: counts, updated, unchanged, dialect, unrecognised, gone, conflicts } = report;
  const states = [
    `${counts.open} open`,
    `${counts.in_progress} in progress`,
    `${counts.blocked} blocked`,
    `${counts.done} done`,
    `${counts.cancelled} cancelled`,
  ].join(', ');
  out.line(
    `${dialect}: ${counts.stages} stages and ${counts.tasks} tasks: ${states}; ${updated} updated, ${unchanged} unchanged.`,
  );
  if (report.same_as !== undefined)
    out.line(`  It is the same list as that of ${oneLine(report.same_as, 200)}: its tasks were taken up, not doubled.`);
  some(out, conflicts, ({ key, field, file, database }) => {
    const [theirs, ours] = [JSON.stringify(oneLine(file, 60)), JSON.stringify(oneLine(database, 100))];
    return `  ${key} ${field}: the source says ${theirs}, here it was ${ours}`;
  });
  some(out, gone, ({ key, title }) => `  ${key} is not in it any more and stays: ${oneLine(title, 80)}`);
  some(
    out,
    unrecognised,
    ({ file, line, text }) =>
      `  ${file === undefined ? '' : `${oneLine(file, 80)} `}line ${line} is not understood: ${oneLine(text, 100)}`,
  );
  if (report.dry_run === true) out.line('Nothing was written: --dry_run.');
}

function some<T>(out: Output, all: readonly T[], line: (one: T) => string): void {
  for (const one of all.slice(0, LINES_SHOWN)) out.line(line(one));
  if (all.length > LINES_SHOWN) out.line(`  … and ${all.length - LINES_SHOWN} more like these`);
}
