import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { defineCommand } from '../command.ts';
import { mustHold } from '../held.ts';
import { AGENT_FLAG, type ChangesTasks, changeTask, PERSON, PROJECT_FLAG } from '../project.ts';
import { CLAIM_TTL_S, TTL_FLAG } from './next.ts';
import { showTask } from './task-status.ts';

const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;
const CLAIM = {
  type: 'string',
  value: 'TOKEN',
  required: true,
  help: 'The claim’s token, from next --claim; a lost claim ends with exit 6.',
} as const;

export const taskHeartbeat = defineCommand({
  name: 'task heartbeat',
  summary: 'Say that a worker is still on its task: the claim starts anew.',
  args: { key: KEY },
  flags: { claim: CLAIM, ttl_s: TTL_FLAG, project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task heartbeat S1.1 --claim TOKEN', does: 'Answers until when the claim holds now.' }],
  run: async (app: Pick<App, 'project' | 'km'>, { args, flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const km = app.km();
    if (!km.ok) return km;
    const task = km.value.task(project.value.id, args.key);
    if (!task.ok) return task;
    const held = mustHold(km.value, task.value, flags.claim);
    if (!held.ok) return held;
    const claim = km.value.heartbeat(flags.claim, flags.ttl_s ?? CLAIM_TTL_S);
    if (!claim.ok) return claim;
    out.line(`${args.key}  claimed until ${claim.value.expires_at}`);
    if (out.isJson) out.json({ token: claim.value.token, expires_at: claim.value.expires_at });
    return ok(0);
  },
});

export const taskRelease = defineCommand({
  name: 'task release',
  summary: 'Give a claimed task back: it is pending again, its tries kept.',
  args: { key: KEY },
  flags: { claim: CLAIM, agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task release S1.1 --claim TOKEN', does: 'Another worker may take it.' }],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, { km }) => {
      const held = mustHold(km, before, flags.claim);
      return held.ok ? km.release(flags.claim, agent) : held;
    });
    return showTask(task, out);
  },
});
