import { ok, type Result } from '../../core/failure.ts';
import { BLOCK_REASONS, type Task } from '../../core/task.ts';
import { BULK_FLAGS, type Bulk, changeTasks, KEYS, showChanged } from '../bulk.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { AGENT_FLAG, type ChangesTasks, CLAIM_FLAG, PERSON, PROJECT_FLAG } from '../project.ts';
import { taskLine } from '../task-text.ts';

/** Prints a task that was changed; what most commands on one task end with. */
export function showTask(task: Result<Task>, out: Output): Result<number> {
  if (!task.ok) return task;
  out.line(taskLine(task.value, out));
  if (out.isJson) out.json(task.value);
  return ok(0);
}

type Flags = {
  readonly where: string | undefined;
  readonly dry_run: boolean;
  readonly yes: boolean;
  readonly agent: string | undefined;
  readonly project_id: number | undefined;
};
const bulkOf = (name: string, keys: string | undefined, flags: Flags): Bulk => {
  const { where, dry_run, yes, agent = PERSON, project_id: projectId } = flags;
  return { name, keys, where, dry_run, yes, agent, projectId };
};

export const taskDone = defineCommand({
  name: 'task done',
  summary: 'Set tasks to done on your word (proof: accepted-by-person).',
  about: 'The work of a run is proven by its checks instead; this is for work that was done by hand or elsewhere.',
  args: { key: KEYS },
  flags: { claim: CLAIM_FLAG, ...BULK_FLAGS, agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis task done S1.1', does: 'Done, and its box in the plan is ticked.' },
    { command: 'llmclis task done S1.1 S1.2', does: 'Both, or none when one of them cannot be done.' },
    { command: 'llmclis task done S1.1 --claim TOKEN', does: 'The same by a worker, if the claim still holds.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const bulk = bulkOf('task done', args.key, flags);
    const { claim } = flags;
    const changed = await changeTasks(app, bulk, ({ id }, { km }) =>
      km.markTaskStatus(id, 'done', { agent: bulk.agent, proof: 'accepted-by-person', ...given({ claim }) }),
    );
    return showChanged(changed, out);
  },
});

export const taskBlock = defineCommand({
  name: 'task block',
  summary: 'Say that tasks cannot go on, and why.',
  args: { key: KEYS },
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
    ...BULK_FLAGS,
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
    const bulk = bulkOf('task block', args.key, flags);
    const { reason, detail, claim } = flags;
    const changed = await changeTasks(app, bulk, ({ id }, { km }) =>
      km.markTaskStatus(id, 'blocked', { agent: bulk.agent, reason, ...given({ detail, claim }) }),
    );
    return showChanged(changed, out);
  },
});

export const taskReopen = defineCommand({
  name: 'task reopen',
  summary: 'Make done, blocked or cancelled tasks pending again, their tries counted afresh.',
  args: { key: KEYS },
  flags: { ...BULK_FLAGS, agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis task reopen S1.1', does: 'The next run may take it again.' },
    { command: 'llmclis task reopen --where "reason:budget"', does: 'All that a spent budget stopped.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const bulk = bulkOf('task reopen', args.key, flags);
    const changed = await changeTasks(app, bulk, ({ id }, { km }) =>
      km.markTaskStatus(id, 'pending', { agent: bulk.agent, fresh_tries: true }),
    );
    return showChanged(changed, out);
  },
});

export const taskCancel = defineCommand({
  name: 'task cancel',
  summary: 'Give tasks up; they are kept, and nothing waits for them any more.',
  args: { key: KEYS },
  flags: {
    detail: { type: 'string', value: 'TEXT', help: 'Why, in one sentence.' },
    ...BULK_FLAGS,
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task cancel S1.1 --detail "Not needed any more"', does: 'Its box in the plan says so.' },
    {
      command: 'llmclis task cancel --where "tag:legacy is:open" --dry_run',
      does: 'Shows which tasks that would be, and changes nothing.',
    },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const bulk = bulkOf('task cancel', args.key, flags);
    const { detail } = flags;
    const changed = await changeTasks(app, bulk, ({ id }, { km }) =>
      km.markTaskStatus(id, 'cancelled', { agent: bulk.agent, ...given({ detail }) }),
    );
    return showChanged(changed, out);
  },
});
