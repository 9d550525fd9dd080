import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { ROLES } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { given } from '../given.ts';
import { AGENT_FLAG, type ChangesTasks, changeProject, PERSON, PROJECT_FLAG } from '../project.ts';
import type { Shell } from '../shell.ts';
import { taskLine } from '../task-text.ts';

/** What a task may be given when it is added and when it is edited. */
export const TASK_FLAGS = {
  description: { type: 'string', value: 'TEXT', help: 'What exactly is wanted, for the one who works on it.' },
  'description-file': { type: 'string', value: 'F', help: 'The description from a file; - reads it from stdin.' },
  verify: { type: 'list', value: 'CMD', help: 'A command that must fail before the work and pass after it.' },
  protect: { type: 'list', value: 'GLOB', help: 'Files that the work must not change, beside the tests.' },
  allow: {
    type: 'list',
    value: 'GLOB',
    help: 'Files that the work may change although they are protected by default.',
  },
  priority: { type: 'number', value: 'N', min: 0, max: 4, help: 'From 0, most urgent, to 4; default 2.' },
  role: { type: 'string', value: 'R', choices: ROLES, help: 'Who works on it.' },
  tag: { type: 'list', value: 'T', help: 'A word to find it by; rules of the router may use it.' },
  'depends-on': { type: 'list', value: 'KEY', help: 'A task that must be done first.' },
  parent: { type: 'string', value: 'KEY', help: 'The stage or task it belongs to.' },
  private: { type: 'boolean', help: 'Only local models may see it.' },
} as const satisfies FlagTable;

/** The description that the flags give, if any; the file is looked for from the current folder. */
export function readDescription(
  app: Pick<App, 'cwd'>,
  flags: { readonly description: string | undefined; readonly 'description-file': string | undefined },
  shell: Shell,
): Result<string | undefined> {
  const file = flags['description-file'];
  if (file === undefined) return ok(flags.description);
  if (flags.description !== undefined)
    return fail(
      'input.invalid',
      'The description is given twice.',
      'Use --description or --description-file, not both.',
    );
  if (file === '-') return ok(shell.readStdin().trimEnd());
  try {
    return ok(readFileSync(resolve(app.cwd, file), 'utf8').trimEnd());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(
      'input.not_found',
      `The description cannot be read: ${why}.`,
      'Check the path after --description-file.',
    );
  }
}

/** A list flag as a list of values: absent when it was not given, empty when it was given as `""`. */
export const listGiven = (values: readonly string[]): readonly string[] | undefined =>
  values.length === 0 ? undefined : values.map(value => value.trim()).filter(value => value !== '');

export const taskAdd = defineCommand({
  name: 'task add',
  summary: 'Add a task to the project and its plan.',
  args: { title: { required: true, rest: true, help: 'What shall be done, in one line.' } },
  flags: {
    ...TASK_FLAGS,
    key: {
      type: 'string',
      value: 'KEY',
      help: 'Its key, unique in the project; default: T- and six random characters, so that no two branches make the same',
    },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    {
      command: 'llmclis task add "Slugs keep digits" --verify "npm test"',
      does: 'A task that is done when npm test, red today, is green.',
    },
    {
      command: 'llmclis task add "Write the guide" --role writer --depends-on S1.1 --priority 1 --json',
      does: 'After S1.1, before the others; answers with the task as JSON.',
    },
  ],
  run: async (app: ChangesTasks & Pick<App, 'cwd'>, { args, flags }, out, shell) => {
    const description = readDescription(app, flags, shell);
    if (!description.ok) return description;
    const agent = flags.agent ?? PERSON;
    const added = await changeProject(app, { projectId: flags.project_id, agent }, ({ project, km }) => {
      const fields = given({
        key: flags.key,
        description: description.value,
        checks: listGiven(flags.verify),
        protect: listGiven(flags.protect),
        allow: listGiven(flags.allow),
        priority: flags.priority,
        role: flags.role,
        tags: listGiven(flags.tag),
        depends_on: listGiven(flags['depends-on']),
        parent: flags.parent,
        private: flags.private || undefined,
      });
      const task = km.addTask({ project_id: project.id, title: args.title.trim(), ...fields }, agent);
      return task.ok ? ok({ km, id: task.value.id }) : task;
    });
    if (!added.ok) return added;
    const task = added.value.km.taskById(added.value.id);
    if (!task.ok) return task;
    out.line(taskLine(task.value, out));
    if (out.isJson) out.json(task.value);
    return ok(0);
  },
});
