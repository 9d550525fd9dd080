import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { defineCommand } from '../command.ts';
import { syncLines } from '../plan-text.ts';
import { AGENT_FLAG, PERSON, PROJECT_FLAG } from '../project.ts';

/** Exit code of `plan check` when it found an error: bad input. */
const FOUND_ERRORS = 2;

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
    out.lines(syncLines(synced.value));
    if (out.isJson) out.json(synced.value);
    return ok(0);
  },
});

export const planCheck = defineCommand({
  name: 'plan check',
  summary: 'Look for mistakes in a plan: duplicate keys, circles, dangling links; changes nothing.',
  about:
    'Errors keep a plan from being taken over: merge conflict markers, a key that two tasks have (also in two files), circles, dependencies on nothing. Warnings are doubtful: a missing Created line, links to places that are not there, boxes that disagree with what is written beside or below them, values that nobody understands.',
  args: { file: { help: 'The plan; default: all plan files of the project.' } },
  flags: {
    strict: { type: 'boolean', help: 'Warnings end with exit 2 too.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis plan check plans.md', does: 'Exit 2 when it found an error.' },
    { command: 'llmclis plan check --strict --json', does: 'For a pipeline: any problem ends with exit 2.' },
  ],
  run: async (app: Pick<App, 'project' | 'checkPlan'>, { args, flags }, out) => {
    const project = app.project(flags.project_id);
    // A file can be checked without any project; a project that was asked for must be there.
    if (!project.ok && (args.file === undefined || flags.project_id !== undefined)) return project;
    const checked = await app.checkPlan(project.ok ? project.value : null, args.file);
    if (!checked.ok) return checked;
    const { files, problems } = checked.value;
    for (const { file, line, level, message, hint } of problems)
      out.line(
        `${file}:${line}: ${out.style(level === 'error' ? 'red' : 'yellow', level)}: ${oneLine(message, 200)} ${out.style('dim', oneLine(hint, 200))}`,
      );
    const errors = problems.filter(problem => problem.level === 'error').length;
    const warnings = problems.length - errors;
    out.line(`${files.join(', ')}: ${errors} errors, ${warnings} warnings`);
    if (out.isJson) out.json({ problems, errors, warnings });
    return ok(errors > 0 || (flags.strict && warnings > 0) ? FOUND_ERRORS : 0);
  },
});
