import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { defineCommand } from '../command.ts';
import { AGENT_FLAG, PERSON, PROJECT_FLAG } from '../project.ts';

/** Exit code of `plan check` when it found an error: bad input. */
const FOUND_ERRORS = 2;
const LINES_SHOWN = 20;

export const planImport = defineCommand({
  name: 'plan import',
  summary: 'Read a plan file into the project.',
  about: 'Reading the same file again changes nothing. Lines that look like tasks and are none are named.',
  args: { file: { required: true, help: 'The plan, a markdown file.' } },
  flags: { agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis plan import plans.md --json', does: 'Answers with {"imported": {"stages", "tasks", …}}.' },
  ],
  run: async (app: Pick<App, 'project' | 'importPlan'>, { args, flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const imported = await app.importPlan(project.value, args.file, flags.agent ?? PERSON);
    if (!imported.ok) return imported;
    const { imported: counts, updated, unchanged, unrecognised } = imported.value;
    const states = [
      `${counts.open} open`,
      `${counts.in_progress} in progress`,
      `${counts.blocked} blocked`,
      `${counts.done} done`,
      `${counts.cancelled} cancelled`,
    ].join(', ');
    out.line(
      `${counts.stages} stages and ${counts.tasks} tasks: ${states}; ${updated} updated, ${unchanged} unchanged.`,
    );
    for (const line of unrecognised.slice(0, LINES_SHOWN))
      out.line(`  line ${line.line} is not understood: ${oneLine(line.text, 100)}`);
    if (unrecognised.length > LINES_SHOWN) out.line(`  … and ${unrecognised.length - LINES_SHOWN} more lines`);
    if (out.isJson) out.json(imported.value);
    return ok(0);
  },
});

export const planSync = defineCommand({
  name: 'plan sync',
  summary: 'Bring the plan files and the database into step, both ways.',
  about: 'Where both sides changed the same field, both values survive: one as the field, one as a dated note.',
  args: {},
  flags: { agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis plan sync', does: 'A second time changes nothing.' }],
  run: async (app: Pick<App, 'project' | 'syncPlans'>, { flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const synced = await app.syncPlans(project.value, flags.agent ?? PERSON);
    if (!synced.ok) return synced;
    const { changed_files, to_database, to_file, conflicts } = synced.value;
    if (to_database === 0 && to_file === 0 && changed_files.length === 0) out.line('In step, nothing to do.');
    else {
      const files = changed_files.length === 0 ? '' : ` (${oneLine(changed_files.join(', '), 200)})`;
      out.line(`${to_database} changes to the database, ${to_file} to the plan${files}.`);
    }
    for (const { key, field, file, database } of conflicts)
      out.line(
        `  ${key} ${field}: both sides changed it; the file says ${JSON.stringify(oneLine(file, 60))}, the database said ${JSON.stringify(oneLine(database, 60))}; both are kept.`,
      );
    if (out.isJson) out.json(synced.value);
    return ok(0);
  },
});

export const planCheck = defineCommand({
  name: 'plan check',
  summary: 'Look for mistakes in a plan: duplicate keys, circles, dangling links; changes nothing.',
  args: { file: { help: 'The plan; default: plans.md of the project.' } },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis plan check plans.md', does: 'Exit 2 when it found an error.' }],
  run: async (app: Pick<App, 'project' | 'settings' | 'checkPlan'>, { args, flags }, out) => {
    const project = app.project(flags.project_id);
    // A file can be checked without any project; a project that was asked for must be there.
    if (!project.ok && (args.file === undefined || flags.project_id !== undefined)) return project;
    const found = project.ok ? project.value : null;
    const settings = await app.settings(found ?? undefined);
    if (!settings.ok) return settings;
    const files = args.file === undefined ? settings.value.plans.value : [args.file];
    const problems: { file: string; line: number; level: 'error' | 'warning'; message: string; hint: string }[] = [];
    for (const file of files) {
      const checked = await app.checkPlan(found, file);
      if (!checked.ok) return checked;
      problems.push(...checked.value.map(problem => ({ file, ...problem })));
    }
    for (const { file, line, level, message, hint } of problems)
      out.line(
        `${file}:${line}: ${out.style(level === 'error' ? 'red' : 'yellow', level)}: ${oneLine(message, 200)} ${out.style('dim', oneLine(hint, 200))}`,
      );
    const errors = problems.filter(problem => problem.level === 'error').length;
    const warnings = problems.length - errors;
    out.line(`${files.join(', ')}: ${errors} errors, ${warnings} warnings`);
    if (out.isJson) out.json({ problems, errors, warnings });
    return ok(errors > 0 ? FOUND_ERRORS : 0);
  },
});
