import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { type ChecklistItem, QUEUES, ROLES } from '../../core/task.ts';
import type { NewTask } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { given } from '../given.ts';
import {
  AGENT_FLAG,
  type AtProject,
  type ChangesTasks,
  changeProject,
  PERSON,
  PROJECT_FLAG,
  wholeKeys,
} from '../project.ts';
import type { Shell } from '../shell.ts';
import { taskLine } from '../task-text.ts';

/** What a task may be given when it is added and when it is edited. */
export const TASK_FLAGS = {
  description: { type: 'string', value: 'TEXT', help: 'What exactly is wanted, for the one who works on it.' },
  'description-file': { type: 'string', value: 'F', help: 'The description from a file; - reads it from stdin.' },
  verify: {
    type: 'list',
    value: 'CHECK',
    help: 'A command that must fail before the work and pass after it, or another kind of check (llmclis check --list).',
  },
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
  related: { type: 'list', value: 'KEY', help: 'A task worth reading with this one.' },
  'discovered-from': { type: 'list', value: 'KEY', help: 'The task whose work brought this one to light.' },
  acceptance: { type: 'string', value: 'TEXT', help: 'What must be true when it is done, in words.' },
  checklist: { type: 'list', value: 'STEP', help: 'A step to tick off with llmclis task check.' },
  link: { type: 'list', value: 'L', help: 'A URL, or a place such as research.md#rq-001.' },
  complexity: { type: 'number', value: 'N', min: 1, max: 10, help: 'From 1, small, to 10.' },
  queue: {
    type: 'string',
    value: 'Q',
    choices: QUEUES,
    help: 'What kind of worker it waits for; default standard, which is any.',
  },
  assignee: { type: 'string', value: 'NAME', help: 'Who is meant to do it.' },
  due: { type: 'string', value: 'DAY', help: 'When it must be done, such as 2026-12-31.' },
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

/** The steps that the flags give; one that was there already keeps its tick. */
export const checklistGiven = (
  steps: readonly string[],
  before: readonly ChecklistItem[] = [],
): readonly ChecklistItem[] | undefined =>
  listGiven(steps)?.map(text => before.find(item => item.text === text) ?? { text, done: false });

/** The checks that the flags give; a kind or value that nobody knows is refused before it stands anywhere. */
export async function checksGiven(
  app: Pick<App, 'readCheck'>,
  checks: readonly string[],
): Promise<Result<readonly string[] | undefined>> {
  const list = listGiven(checks);
  for (const check of list ?? []) {
    // A command is what it is, and a task with commands alone is added without loading the table of kinds.
    const read = check.startsWith('@') ? await app.readCheck(check) : ok(undefined);
    if (!read.ok) return read;
  }
  return ok(list);
}

type TiesGiven = { readonly [K in 'depends-on' | 'related' | 'discovered-from']: readonly string[] };

/** The ties that the flags give, by their whole keys. */
export function tiesGiven(
  at: AtProject,
  flags: TiesGiven,
): Pick<NewTask, 'depends_on' | 'related' | 'discovered_from'> {
  const keys = (given: readonly string[]): readonly string[] | undefined => {
    const list = listGiven(given);
    return list === undefined ? undefined : wholeKeys(at, list);
  };
  return given({
    depends_on: keys(flags['depends-on']),
    related: keys(flags.related),
    discovered_from: keys(flags['discovered-from']),
  });
}

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
  run: async (app: ChangesTasks & Pick<App, 'cwd' | 'readCheck'>, { args, flags }, out, shell) => {
    const description = readDescription(app, flags, shell);
    if (!description.ok) return description;
    const checks = await checksGiven(app, flags.verify);
    if (!checks.ok) return checks;
    const agent = flags.agent ?? PERSON;
    const added = await changeProject(app, { projectId: flags.project_id, agent }, at => {
      const { project, km } = at;
      const fields = given({
        key: flags.key,
        description: description.value,
        checks: checks.value,
        protect: listGiven(flags.protect),
        allow: listGiven(flags.allow),
        priority: flags.priority,
        role: flags.role,
        tags: listGiven(flags.tag),
        acceptance: flags.acceptance,
        checklist: checklistGiven(flags.checklist),
        links: listGiven(flags.link),
        complexity: flags.complexity,
        queue: flags.queue,
        assignee: flags.assignee,
        due: flags.due,
        parent: flags.parent === undefined ? undefined : wholeKeys(at, [flags.parent])[0],
        private: flags.private || undefined,
      });
      const wanted = { project_id: project.id, title: args.title.trim(), ...fields, ...tiesGiven(at, flags) };
      const task = km.addTask(wanted, agent);
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
