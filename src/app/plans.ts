import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Clock, isoSeconds } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Km, Project } from '../km/km.ts';
import { checkPlan } from '../km/plan/check.ts';
import { importPlan } from '../km/plan/import.ts';
import { fileIo } from '../km/plan/io.ts';
import { appendIssue } from '../km/plan/issues.ts';
import type { PlanImport, PlanProblem, PlanSync } from '../km/plan/plan.ts';
import { pullPlan, syncPlan } from '../km/plan/sync.ts';

export type Plans = {
  pull(): Result<PlanSync>;
  sync(agent: string): Result<PlanSync>;
};

const NOTHING: PlanSync = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };

/** The plan files of one project, in the order of its settings; a file that is not there is no plan. */
export function openPlans(km: Km, project: Project, paths: readonly string[], clock: Clock): Plans {
  const io = fileIo();
  const each = (work: (path: string, isFirst: boolean) => Result<PlanSync>): Result<PlanSync> => {
    let total = NOTHING;
    const known = km.planFiles(project.id).map(({ path }) => path);
    for (const path of paths.filter(path => known.includes(path) || existsSync(join(project.root, path)))) {
      const synced = work(path, path === paths[0]);
      if (!synced.ok) return synced;
      const { changed_files, to_database, to_file, conflicts } = synced.value;
      total = {
        changed_files: [...total.changed_files, ...changed_files],
        to_database: total.to_database + to_database,
        to_file: total.to_file + to_file,
        conflicts: [...total.conflicts, ...conflicts],
      };
    }
    return ok(total);
  };
  const options = (path: string, agent: string) => ({
    km,
    project: { id: project.id, root: project.root },
    path,
    io,
    now: clock.now(),
    agent,
  });
  return {
    pull: () => each((path, adopts) => pullPlan({ ...options(path, 'person'), adopts })),
    sync: agent => each((path, adopts) => syncPlan({ ...options(path, agent), adopts })),
  };
}

export function importPlanFile(
  km: Km,
  project: Project,
  file: string,
  place: { readonly cwd: string; readonly agent: string; readonly now: Date },
): Result<PlanImport> {
  const path = resolve(place.cwd, file);
  const io = fileIo();
  const read = io.read(path);
  if (read === null) return notThere(path);
  return importPlan({ km, project, path, text: read.text, io, now: place.now, agent: place.agent });
}

export function checkPlanFile(root: string, file: string): Result<readonly PlanProblem[]> {
  const path = resolve(root, file);
  const read = fileIo().read(path);
  if (read === null) return notThere(path);
  const at = (path: string) => join(root, path);
  return ok(
    checkPlan(read.text, {
      exists: path => existsSync(at(path)),
      read: path => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null),
    }),
  );
}

const notThere = (path: string) =>
  fail('input.not_found', `There is no file ${path}.`, 'Give the path of a plan file, for example plans.md');

export type IssueEntry = {
  readonly task: Task;
  readonly reason: string;
  readonly detail: string;
  readonly tries: number;
};

/** Appends an entry to the project's issues.md, once per run and task, and says how to link to it. */
export function openIssue(
  project: Project,
  runId: string,
  clock: Clock,
  { task, reason, detail, tries }: IssueEntry,
): Result<{ id: string; link: string }> {
  const io = fileIo();
  const path = join(project.root, 'issues.md');
  const before = io.read(path)?.text ?? null;
  const entry = {
    project: project.name,
    key: task.key,
    title: task.title,
    reason,
    detail,
    tries,
    run_id: runId,
    iso: isoSeconds(clock.now()),
  };
  const { text, id, anchor } = appendIssue(before, entry);
  const written = text === before ? ok(undefined) : io.write(path, text, before);
  return written.ok ? ok({ id, link: `issues.md#${anchor}` }) : written;
}
