import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
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

type Needs = ChangesTasks & Pick<App, 'hotNext'>;

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
  run: async (app: Needs, { flags }, out) => {
    if (flags.claim && flags.worker === undefined)
      return fail('input.invalid', 'A claim needs a worker.', 'Name it: llmclis next --claim --worker NAME');
    const answer = flags.claim ? await claim(app, flags.worker ?? PERSON, flags) : await look(app, flags.project_id);
    if (!answer.ok) return answer;
    out.line(nextText(answer.value, out));
    if (out.isJson) out.json(answer.value);
    return ok(0);
  },
});

/** By one look-up where that is enough; else after what changed in the plan files was taken in. */
async function look(app: Needs, projectId: number | undefined): Promise<Result<NextTask>> {
  const quick = app.hotNext(projectId);
  if (!quick.ok) return quick;
  if (quick.value !== null) return ok(quick.value);
  const at = await openProject(app, projectId);
  return at.ok ? ok(at.value.km.getNextTaskToWorkOn(at.value.project.id)) : at;
}

const claim = (
  app: Needs,
  holder: string,
  flags: { readonly project_id?: number | undefined; readonly ttl_s?: number | undefined },
): Promise<Result<NextTask>> =>
  changeProject(app, { projectId: flags.project_id, agent: holder }, ({ project, km }) => {
    const taken = km.claimNext({ projectId: project.id, holder, ttl_s: flags.ttl_s ?? CLAIM_TTL_S });
    if ('kind' in taken) return ok<NextTask>(taken);
    const { task, because, token, expires_at } = taken;
    return ok<NextTask>({ kind: 'ready', task, because, claim: { token, expires_at } });
  });
