import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { type NextTask, QUEUES, type Queue, type TaskWhy } from '../../core/task.ts';
import type { Km, NextOptions } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { type ChangesTasks, changeProject, openProject, PERSON, PROJECT_FLAG } from '../project.ts';
import { nextText, whyText } from '../task-text.ts';

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

const FLAGS = {
  claim: { type: 'boolean', help: 'Take the task: it is in progress until done, released, or the claim runs out.' },
  worker: { type: 'string', value: 'W', help: 'Who takes it; needed with --claim.' },
  ttl_s: TTL_FLAG,
  n: { type: 'number', value: 'N', min: 1, max: 1000, help: 'Show so many, in the order they would be taken.' },
  why: {
    type: 'string',
    value: 'KEY',
    help: 'Show why this task is next, or what stands before it and what it waits for.',
  },
  queue: { type: 'string', value: 'Q', choices: QUEUES, help: 'Only tasks for this kind of worker.' },
  all_projects: {
    type: 'boolean',
    help: 'Out of all projects: the most urgent first, then the project that was served longest ago.',
  },
  project_id: PROJECT_FLAG,
} as const satisfies FlagTable;
type Flags = FlagValues<typeof FLAGS>;

export const next = defineCommand({
  name: 'next',
  summary: 'Show the task that would run next, and why.',
  about:
    'When nothing is ready it says what everything waits for. With --claim it takes the task for a worker. What is in progress is never offered, unless its worker gave no sign of life for as long as the claim holds.',
  args: {},
  flags: FLAGS,
  examples: [
    { command: 'llmclis next', does: 'The next task of the current folder’s project.' },
    { command: 'llmclis next --n 5', does: 'The next five, each with its reason; as JSON in "tasks".' },
    { command: 'llmclis next --why S1.2', does: 'Why not S1.2: what stands before it, what it waits for.' },
    { command: 'llmclis next --claim --worker laptop --json', does: 'Takes it; the answer holds the claim’s token.' },
    { command: 'llmclis next --claim --worker gpu --queue heavy --all_projects', does: 'Takes one from any project.' },
  ],
  run: async (app: Needs, { flags }, out) => {
    const fine = checkFlags(flags);
    if (!fine.ok) return fine;
    if (flags.why !== undefined) return showWhy(await why(app, flags.why, flags.project_id), out);
    const answer = flags.claim
      ? await (flags.all_projects ? claimAnywhere : claim)(app, flags.worker ?? PERSON, flags, out)
      : await look(app, flags, out);
    if (!answer.ok) return answer;
    if (out.isJson) out.json(answer.value);
    else out.line(textOf(app, answer.value, flags, out));
    return ok(0);
  },
});

function checkFlags({ claim, worker, why, n, queue, all_projects, project_id }: Flags): Result<void> {
  if (claim && worker === undefined)
    return fail('input.invalid', 'A claim needs a worker.', 'Name it: llmclis next --claim --worker NAME');
  if (claim && n !== undefined)
    return fail('input.invalid', 'A claim takes one task.', 'Leave --n out, or claim again for the next one.');
  if (why !== undefined && (claim || n !== undefined || queue !== undefined || all_projects))
    return fail('input.invalid', '--why is about one task of one project.', `Ask alone: llmclis next --why ${why}`);
  if (all_projects && project_id !== undefined)
    return fail('input.invalid', '--all_projects and --project_id exclude each other.', 'Give one of them.');
  return ok(undefined);
}

/** By one look-up where that is enough; else after what changed in the plan files was taken in. */
async function look(app: Needs, { n, queue, all_projects, project_id }: Flags, out: Output): Promise<Result<NextTask>> {
  const options: NextOptions = given({ n, queue });
  if (all_projects) {
    const km = await openEvery(app, out);
    return km.ok ? ok(km.value.getNextTaskToWorkOn(undefined, options)) : km;
  }
  if (n === undefined && queue === undefined) {
    const quick = app.hotNext(project_id);
    if (!quick.ok) return quick;
    if (quick.value !== null) return ok(quick.value);
  }
  const at = await openProject(app, project_id);
  return at.ok ? ok(at.value.km.getNextTaskToWorkOn(at.value.project.id, options)) : at;
}

/** Takes in what people changed in the plans of every project. One that cannot be read must not stop the others. */
async function openEvery(app: Needs, out: Output): Promise<Result<Km>> {
  const km = app.km();
  if (!km.ok) return km;
  for (const project of km.value.listProjects()) {
    const pulled = await app.pullPlans(project);
    if (!pulled.ok) out.note(`The plan of ${project.name} was not read: ${pulled.error.message}`);
  }
  return km;
}

type ClaimFlags = Pick<Flags, 'project_id' | 'ttl_s' | 'queue'>;

function take(km: Km, projectId: number | undefined, holder: string, flags: ClaimFlags): NextTask {
  const { queue, ttl_s = CLAIM_TTL_S } = flags;
  const taken = km.claimNext({ ...given({ projectId, queue }), holder, ttl_s });
  if ('kind' in taken) return taken;
  const { task, because, token, expires_at } = taken;
  return { kind: 'ready', task, because, claim: { token, expires_at } };
}

const claim = (app: Needs, holder: string, flags: ClaimFlags): Promise<Result<NextTask>> =>
  changeProject(app, { projectId: flags.project_id, agent: holder }, ({ project, km }) =>
    ok(take(km, project.id, holder, flags)),
  );

async function claimAnywhere(app: Needs, holder: string, flags: ClaimFlags, out: Output): Promise<Result<NextTask>> {
  const km = await openEvery(app, out);
  if (!km.ok) return km;
  const taken = take(km.value, undefined, holder, flags);
  if (taken.kind !== 'ready') return ok(taken);
  const project = km.value.project(taken.task.project_id);
  if (!project.ok) return project;
  const synced = await app.syncPlans(project.value, holder);
  return synced.ok ? ok(taken) : synced;
}

async function why(app: Needs, key: string, projectId: number | undefined): Promise<Result<TaskWhy>> {
  const at = await openProject(app, projectId);
  if (!at.ok) return at;
  const task = at.value.km.task(at.value.project.id, key);
  return task.ok ? at.value.km.whyTask(task.value.id) : task;
}

function showWhy(answer: Result<TaskWhy>, out: Output): Result<number> {
  if (!answer.ok) return answer;
  if (out.isJson) out.json(answer.value);
  else out.line(whyText(answer.value, out));
  return ok(0);
}

/** For people: with the project where it was chosen out of several, and with the queue where only that one is empty. */
function textOf(app: Needs, answer: NextTask, { queue, all_projects }: Flags, out: Output): string {
  if (answer.kind === 'all-done' && queue !== undefined) return emptyQueue(queue);
  const text = nextText(answer, out);
  if (!all_projects || answer.kind !== 'ready') return text;
  const km = app.km();
  const project = km.ok ? km.value.project(answer.task.project_id) : km;
  return project.ok ? `${text}\nproject ${project.value.name}, ${project.value.root}` : text;
}

const emptyQueue = (queue: Queue): string =>
  `No open task is in the queue ${queue}. Put one there: llmclis task edit KEY --queue ${queue}`;
