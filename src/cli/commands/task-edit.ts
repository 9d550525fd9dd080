import type { App } from '../../app.ts';
import { fail, ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { ROLES } from '../../core/task.ts';
import type { TaskEdit } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { AGENT_FLAG, type ChangesTasks, changeProject, changeTask, PERSON, PROJECT_FLAG } from '../project.ts';
import { taskLine } from '../task-text.ts';
import { listGiven, readDescription, TASK_FLAGS } from './task-add.ts';

const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;

export const taskEdit = defineCommand({
  name: 'task edit',
  summary: 'Change a task, here and in its plan.',
  about: 'What is not given stays. A list that is given replaces the old one; "" empties it.',
  args: { key: KEY },
  flags: {
    title: { type: 'string', value: 'TITLE', help: 'Its new title.' },
    ...TASK_FLAGS,
    role: { type: 'string', value: 'R', choices: [...ROLES, 'none'], help: 'Who works on it.' },
    parent: { type: 'string', value: 'KEY', help: 'The stage or task it belongs to; "" for none.' },
    'no-private': { type: 'boolean', help: 'Cloud models may see it again.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task edit S1.1 --priority 0', does: 'Makes it the most urgent.' },
    {
      command: 'llmclis task edit S1.1 --verify "npm test" --tag ""',
      does: 'Gives it one check and takes its tags away.',
    },
  ],
  run: async (app: ChangesTasks & Pick<App, 'cwd'>, { args, flags }, out, shell) => {
    const description = readDescription(app, flags, shell);
    if (!description.ok) return description;
    if (flags.private && flags['no-private'])
      return fail('input.invalid', 'A task is either private or not.', 'Give --private or --no-private, not both.');
    const edit: TaskEdit = given({
      title: flags.title?.trim(),
      description: description.value,
      checks: listGiven(flags.verify),
      protect: listGiven(flags.protect),
      allow: listGiven(flags.allow),
      priority: flags.priority,
      role: ROLES.find(role => role === flags.role) ?? (flags.role === 'none' ? null : undefined),
      tags: listGiven(flags.tag),
      depends_on: listGiven(flags['depends-on']),
      parent: flags.parent === '' ? null : flags.parent,
      private: flags.private ? true : flags['no-private'] ? false : undefined,
    });
    if (Object.keys(edit).length === 0)
      return fail('input.invalid', 'Nothing was given to change.', 'See what can be changed: llmclis help task edit');
    const agent = flags.agent ?? PERSON;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) =>
      km.editTask(before.id, edit, agent),
    );
    if (!task.ok) return task;
    out.line(taskLine(task.value, out));
    if (out.isJson) out.json(task.value);
    return ok(0);
  },
});

export const taskNote = defineCommand({
  name: 'task note',
  summary: 'Add a dated note to a task; it is read by whoever works on it next.',
  args: { key: KEY, text: { required: true, rest: true, help: 'The note.' } },
  flags: { agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task note S1.1 "The API wants UTC"', does: 'Adds the note here and in the plan.' }],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const noted = await changeProject(app, { projectId: flags.project_id, agent }, ({ project, km }) => {
      const task = km.task(project.id, args.key);
      return task.ok ? km.appendTaskNote(task.value.id, args.text.trim(), agent) : task;
    });
    if (!noted.ok) return noted;
    out.line(`${args.key}  noted: ${oneLine(noted.value.text)}`);
    if (out.isJson) out.json({ key: args.key, note: noted.value });
    return ok(0);
  },
});

export const taskDep = defineCommand({
  name: 'task dep',
  summary: 'Say what a task waits for, or that it does not any more.',
  args: { key: KEY },
  flags: {
    on: { type: 'string', value: 'KEY', required: true, help: 'The task that must be done first.' },
    remove: { type: 'boolean', help: 'Take the dependency away.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task dep S1.2 --on S1.1', does: 'S1.2 waits for S1.1. A circle is refused.' },
    { command: 'llmclis task dep S1.2 --on S1.1 --remove', does: 'It does not wait any more.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) =>
      flags.remove ? km.removeDependency(before.id, flags.on, agent) : km.addDependency(before.id, flags.on, agent),
    );
    if (!task.ok) return task;
    const on = task.value.depends_on;
    out.line(
      `${task.value.key}  ${on.length === 0 ? 'waits for nothing' : `waits for ${oneLine(on.join(', '), 400)}`}`,
    );
    if (out.isJson) out.json(task.value);
    return ok(0);
  },
});
