import type { App } from '../app.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Km, Project } from '../km/km.ts';
import type { Flag } from './flags.ts';

export const PROJECT_FLAG = {
  type: 'number',
  value: 'N',
  min: 1,
  help: 'The project; default: the one of the current folder.',
} as const satisfies Flag;
export const AGENT_FLAG = {
  type: 'string',
  value: 'NAME',
  help: 'Who does this, for the history and the plan; default: person.',
} as const satisfies Flag;
export const CLAIM_FLAG = {
  type: 'string',
  value: 'TOKEN',
  help: 'The claim that a worker got from next --claim; when it is lost, nothing is written (exit 6).',
} as const satisfies Flag;

export const PERSON = 'person';

export type ReadsTasks = Pick<App, 'project' | 'km' | 'pullPlans'>;
export type ChangesTasks = ReadsTasks & Pick<App, 'syncPlans'>;
export type AtProject = { readonly project: Project; readonly km: Km };

/** The project and its knowledge manager, with what people changed in the plan files taken in first. */
export async function openProject(app: ReadsTasks, projectId: number | undefined): Promise<Result<AtProject>> {
  const project = app.project(projectId);
  if (!project.ok) return project;
  const km = app.km();
  if (!km.ok) return km;
  const pulled = await app.pullPlans(project.value);
  return pulled.ok ? ok({ project: project.value, km: km.value }) : pulled;
}

/** The whole keys of the tasks that these stand for; a key that stands for none is left to be refused where it is used. */
export const wholeKeys = ({ km, project }: AtProject, keys: readonly string[]): readonly string[] =>
  keys.map(key => {
    const task = km.task(project.id, key);
    return task.ok ? task.value.key : key;
  });

/** Opens the project, makes the change, and writes it to the plan files; a change that failed leaves them alone. */
export async function changeProject<T>(
  app: ChangesTasks,
  options: { readonly projectId: number | undefined; readonly agent: string },
  change: (at: AtProject) => Result<T> | Promise<Result<T>>,
): Promise<Result<T>> {
  const at = await openProject(app, options.projectId);
  if (!at.ok) return at;
  const changed = await change(at.value);
  if (!changed.ok) return changed;
  const synced = await app.syncPlans(at.value.project, options.agent);
  return synced.ok ? changed : synced;
}

/** Changes the one task that `key` names. The answer is the task as it is when its plan has been written too. */
export async function changeTask(
  app: ChangesTasks,
  options: { readonly projectId: number | undefined; readonly agent: string; readonly key: string },
  change: (task: Task, at: AtProject) => Result<unknown> | Promise<Result<unknown>>,
): Promise<Result<Task>> {
  const changed = await changeProject(app, options, async at => {
    const task = at.km.task(at.project.id, options.key);
    if (!task.ok) return task;
    const done = await change(task.value, at);
    return done.ok ? ok({ km: at.km, id: task.value.id }) : done;
  });
  return changed.ok ? changed.value.km.taskById(changed.value.id) : changed;
}
