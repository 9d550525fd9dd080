import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Repository, Sandbox } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import { openRepository } from '../workspace/repository.ts';
import type { AppCore } from './core.ts';
import { initProject } from './init.ts';
import { acceptTask, answerTask, rejectTask } from './people.ts';
import { syncPlans } from './plan-commands.ts';
import { unprotected } from './sandbox.ts';
import { settingsOf } from './settings.ts';
import { targetOf } from './target.ts';
import type { InitReport } from './types.ts';

/** The project's repository; without a sandbox it can do everything but run commands in worktrees. */
export function repositoryOf(
  core: AppCore,
  root: string,
  link: readonly string[] | null,
  sandbox?: Sandbox,
  redact?: (text: string) => string,
): Promise<Result<Repository>> {
  const env = childEnvironment(core.env);
  return openRepository(root, {
    home: core.home,
    clock: core.clock,
    sandbox: sandbox ?? unprotected(core),
    link,
    env,
    temp: tmpdir(),
    ...(redact === undefined ? {} : { redact }),
  });
}

export async function init(
  core: AppCore,
  wanted: { readonly name?: string; readonly verify?: string },
): Promise<Result<InitReport>> {
  const km = core.km();
  if (!km.ok) return km;
  const repository = await repositoryOf(core, core.cwd, null);
  if (!repository.ok) return repository;
  const state = await repository.value.state();
  if (!state.ok) return state;
  const place = {
    root: realpathSync(repository.value.root),
    hasCommits: state.value.head !== null,
    shipped: core.shipped,
  };
  const report = initProject(km.value, place, wanted, core.clock);
  if (!report.ok) return report;
  const synced = await syncPlans(core, report.value.project, 'llmclis');
  if (!synced.ok) return synced;
  const project = km.value.project(report.value.project.id);
  return project.ok ? ok({ ...report.value, project: project.value }) : project;
}

/** A person's word on a task, then the plan says it too. */
async function worded(
  core: AppCore,
  project: Project,
  word: (km: Km) => Result<Task> | Promise<Result<Task>>,
): Promise<Result<Task>> {
  const km = core.km();
  if (!km.ok) return km;
  const task = await word(km.value);
  if (!task.ok) return task;
  const synced = await syncPlans(core, project, 'person');
  return synced.ok ? task : synced;
}

export const answer = (core: AppCore, project: Project, key: string, text: string): Promise<Result<Task>> =>
  text.trim() === ''
    ? Promise.resolve(fail('input.invalid', 'The answer is empty.', 'llmclis task answer KEY "the answer"'))
    : worded(core, project, km => answerTask(km, project, key, text));

export const reject = (core: AppCore, project: Project, key: string, because: string): Promise<Result<Task>> =>
  worded(core, project, km => rejectTask(km, project, key, because));

export const accept = (core: AppCore, project: Project, key: string): Promise<Result<Task>> =>
  worded(core, project, async km => {
    const settings = settingsOf(core, project, {});
    if (!settings.ok) return settings;
    const repository = await repositoryOf(core, project.root, null);
    if (!repository.ok) return repository;
    const target = await targetOf(settings.value.merge.value, repository.value);
    if (!target.ok) return target;
    return acceptTask(km, project, key, {
      repository: repository.value,
      target: target.value('accepted'),
      clock: core.clock,
      version: core.version,
    });
  });
