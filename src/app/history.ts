import { ok, type Result } from '../core/failure.ts';
import { readMoment } from '../core/moment.ts';
import type { Task } from '../core/task.ts';
import { projectAsOf } from '../km/history/at.ts';
import { compareProjects, diffTask, type TaskDiff } from '../km/history/diff.ts';
import { type Undone, undoChange } from '../km/history/undo.ts';
import type { Project } from '../km/km.ts';
import { makeQueries } from '../km/queries.ts';
import type { AppCore } from './core.ts';
import type { PastProject, UndoWish } from './types.ts';

export function taskDiff(
  core: AppCore,
  task: Task,
  wish: { readonly from?: string; readonly to?: string },
): Result<TaskDiff> {
  const database = core.database();
  if (!database.ok) return database;
  return diffTask(makeQueries(database.value.sqlite), task, { ...wish, now: core.clock.now() });
}

export function pastProject(
  core: AppCore,
  project: Project,
  time: string,
  options: { readonly diff: boolean },
): Result<PastProject> {
  const database = core.database();
  if (!database.ok) return database;
  const moment = readMoment(time, core.clock.now());
  if (!moment.ok) return moment;
  const q = makeQueries(database.value.sqlite);
  // One transaction: the present that both states are made of is the same.
  const read = database.value.sqlite.transaction((): PastProject => {
    const then = projectAsOf(q, project, moment.value);
    if (!options.diff) return then;
    return { ...then, diff: compareProjects(then, projectAsOf(q, project, core.clock.now())) };
  });
  return ok(read.deferred());
}

export function undo(core: AppCore, project: Project, wish: UndoWish): Result<Undone> {
  const database = core.database();
  return database.ok ? undoChange(database.value, core.clock, { ...wish, project_id: project.id }) : database;
}
