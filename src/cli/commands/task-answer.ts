import type { App } from '../../app.ts';
import { defineCommand } from '../command.ts';
import { type ChangesTasks, changeTask, PERSON, PROJECT_FLAG } from '../project.ts';
import { showTask } from './task-status.ts';

const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;

export const taskAnswer = defineCommand({
  name: 'task answer',
  summary: 'Answer the question a task is blocked by; it is pending again, with the answer as a note.',
  args: { key: KEY, text: { required: true, rest: true, help: 'The answer.' } },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task answer S1.1 "UTC, always"', does: 'The next run goes on with that.' }],
  run: async (app: ChangesTasks & Pick<App, 'answerTask'>, { args, flags }, out) => {
    const options = { projectId: flags.project_id, agent: PERSON, key: args.key };
    const task = await changeTask(app, options, (before, { project }) =>
      app.answerTask(project, before.key, args.text.trim()),
    );
    return showTask(task, out);
  },
});

export const taskAccept = defineCommand({
  name: 'task accept',
  summary: 'Accept work that no check could prove: its branch is merged and the task is done.',
  args: { key: KEY },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task accept S1.1', does: 'Done on your word (proof: accepted-by-person).' }],
  run: async (app: ChangesTasks & Pick<App, 'acceptTask'>, { args, flags }, out) => {
    const options = { projectId: flags.project_id, agent: PERSON, key: args.key };
    const task = await changeTask(app, options, (before, { project }) => app.acceptTask(project, before.key));
    return showTask(task, out);
  },
});

export const taskReject = defineCommand({
  name: 'task reject',
  summary: 'Reject unproven work: the task is pending again and is told why.',
  args: { key: KEY, because: { rest: true, help: 'What is wrong with it.' } },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task reject S1.1 "It drops the last row"', does: 'The next try starts from that.' }],
  run: async (app: ChangesTasks & Pick<App, 'rejectTask'>, { args, flags }, out) => {
    const options = { projectId: flags.project_id, agent: PERSON, key: args.key };
    const task = await changeTask(app, options, (before, { project }) =>
      app.rejectTask(project, before.key, args.because?.trim() ?? 'A person rejected the work.'),
    );
    return showTask(task, out);
  },
});
