import { ok, type Result } from '../../core/failure.ts';
import { BLOCK_REASONS, type Task } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { AGENT_FLAG, type ChangesTasks, CLAIM_FLAG, changeTask, PERSON, PROJECT_FLAG } from '../project.ts';
import { taskLine } from '../task-text.ts';

const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;

/** Prints a task that was changed; what most commands on one task end with. */
export function showTask(task: Result<Task>, out: Output): Result<number> {
  if (!task.ok) return task;
  out.line(taskLine(task.value, out));
  if (out.isJson) out.json(task.value);
  return ok(0);
}

export const taskDone = defineCommand({
  name: 'task done',
  summary: 'Set a task to done on your word (proof: accepted-by-person).',
  about: 'The work of a run is proven by its checks instead; this is for work that was done by hand or elsewhere.',
  args: { key: KEY },
  flags: { claim: CLAIM_FLAG, agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis task done S1.1', does: 'Done, and its box in the plan is ticked.' },
    { command: 'llmclis task done S1.1 --claim TOKEN', does: 'The same by a worker, if the claim still holds.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const { claim } = flags;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) =>
      km.markTaskStatus(before.id, 'done', { agent, proof: 'accepted-by-person', ...given({ claim }) }),
    );
    return showTask(task, out);
  },
});

export const taskBlock = defineCommand({
  name: 'task block',
  summary: 'Say that a task cannot go on, and why.',
  args: { key: KEY },
  flags: {
    reason: {
      type: 'string',
      value: 'R',
      required: true,
      choices: BLOCK_REASONS,
      help: 'What kind of obstacle it is.',
    },
    detail: { type: 'string', value: 'TEXT', help: 'What is in the way, in one sentence.' },
    claim: CLAIM_FLAG,
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    {
      command: 'llmclis task block S1.1 --reason needs_input --detail "Which time zone?"',
      does: 'Runs leave it alone until llmclis task answer or reopen.',
    },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const { reason, detail, claim } = flags;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) =>
      km.markTaskStatus(before.id, 'blocked', { agent, reason, ...given({ detail, claim }) }),
    );
    return showTask(task, out);
  },
});

export const taskReopen = defineCommand({
  name: 'task reopen',
  summary: 'Make a done, blocked or cancelled task pending again, its tries counted afresh.',
  args: { key: KEY },
  flags: { agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task reopen S1.1', does: 'The next run may take it again.' }],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) =>
      km.markTaskStatus(before.id, 'pending', { agent, fresh_tries: true }),
    );
    return showTask(task, out);
  },
});

export const taskCancel = defineCommand({
  name: 'task cancel',
  summary: 'Give a task up; it is kept, and nothing waits for it any more.',
  args: { key: KEY },
  flags: {
    detail: { type: 'string', value: 'TEXT', help: 'Why, in one sentence.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task cancel S1.1 --detail "Not needed any more"', does: 'Its box in the plan says so.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const { detail } = flags;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) =>
      km.markTaskStatus(before.id, 'cancelled', { agent, ...given({ detail }) }),
    );
    return showTask(task, out);
  },
});
