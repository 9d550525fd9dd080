import { fail, ok } from '../../core/failure.ts';
import type { NextTask } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import { type ChangesTasks, changeProject, openProject, PERSON, PROJECT_FLAG } from '../project.ts';
import { nextText } from '../task-text.ts';

/** Seconds a claim holds without a heartbeat, unless `--ttl_s` says otherwise: long enough for one slow check. */
export const CLAIM_TTL_S = 900;

export const TTL_FLAG = {
  type: 'number',
  value: 'SECONDS',
  min: 10,
  max: 86_400,
  help: `How long the claim holds without a heartbeat; default ${CLAIM_TTL_S}.`,
} as const;

export const next = defineCommand({
  name: 'next',
  summary: 'Show the task that would run next, and why.',
  about: 'When nothing is ready it says what everything waits for. With --claim it takes the task for a worker.',
  args: {},
  flags: {
    claim: { type: 'boolean', help: 'Take the task: it is in progress until done, released, or the claim runs out.' },
    worker: { type: 'string', value: 'W', help: 'Who takes it; needed with --claim.' },
    ttl_s: TTL_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis next', does: 'The next task of the current folder’s project.' },
    { command: 'llmclis next --claim --worker laptop --json', does: 'Takes it; the answer holds the claim’s token.' },
  ],
  run: async (app: ChangesTasks, { flags }, out) => {
    if (flags.claim && flags.worker === undefined)
      return fail('input.invalid', 'A claim needs a worker.', 'Name it: llmclis next --claim --worker NAME');
    const holder = flags.worker ?? PERSON;
    const answer = flags.claim
      ? await changeProject(app, { projectId: flags.project_id, agent: holder }, ({ project, km }) => {
          const taken = km.claimNext({ projectId: project.id, holder, ttl_s: flags.ttl_s ?? CLAIM_TTL_S });
          if ('kind' in taken) return ok<NextTask>(taken);
          const claim = { token: taken.token, expires_at: taken.expires_at };
          return ok<NextTask>({ kind: 'ready', task: taken.task, because: taken.because, claim });
        })
      : await openProject(app, flags.project_id);
    if (!answer.ok) return answer;
    const task: NextTask =
      'km' in answer.value ? answer.value.km.getNextTaskToWorkOn(answer.value.project.id) : answer.value;
    out.line(nextText(task, out));
    if (out.isJson) out.json(task);
    return ok(0);
  },
});
