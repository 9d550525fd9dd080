import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseCheck } from '../checks/checks.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import { checkPlan } from '../km/plan/check.ts';
import { fileIo } from '../km/plan/io.ts';
import { parsePlan } from '../km/plan/parse.ts';
import type { PlanProblem } from '../km/plan/plan.ts';
import type { AppCore } from './core.ts';
import { findPlanFiles } from './plan-files.ts';
import type { PlanReport } from './plan-types.ts';
import { settingsOf } from './settings.ts';

/** Looks at one file, or at all plan files of the project. A file can be checked without any project. */
export function checkPlans(core: AppCore, project: Project | null, file?: string): Result<PlanReport> {
  const settings = settingsOf(core, project, {});
  if (!settings.ok) return settings;
  const root = project?.root ?? core.cwd;
  const all = project === null ? [] : findPlanFiles(root, settings.value.plans.value).files;
  const texts = new Map(all.flatMap(path => textOf(join(root, path), path)));
  const files = file === undefined ? all : [file];
  const problems: (PlanProblem & { file: string })[] = [];
  for (const name of files) {
    const path = file === undefined ? join(root, name) : resolve(core.cwd, name);
    const text = fileIo().read(path)?.text;
    if (text === undefined) return notThere(path);
    const inside = relative(root, path).replaceAll('\\', '/');
    const found = checkPlan(text, filesOf(root), {
      folder: inside.startsWith('..') ? '' : dirname(inside).replace(/^\.$/, ''),
      others: tasksOf([...texts].filter(([other]) => other !== inside)),
      known: knownKeys(core, project),
      refusal: check => {
        const read = parseCheck(check);
        return read.ok ? null : read.error;
      },
    });
    problems.push(...found.map(problem => ({ file: name, ...problem })));
  }
  return ok({ files, problems });
}

const textOf = (path: string, name: string): readonly (readonly [string, string])[] => {
  const read = fileIo().read(path);
  return read === null ? [] : [[name, read.text]];
};

const tasksOf = (texts: readonly (readonly [string, string])[]) =>
  new Map(
    texts.flatMap(([path, text]) => parsePlan(text).tasks.map(({ key, line }) => [key, { path, line }] as const)),
  );

function knownKeys(core: AppCore, project: Project | null): ReadonlySet<string> {
  const km = project === null ? null : core.km();
  const tasks = project !== null && km?.ok ? km.value.knownTasks(project.id) : [];
  return new Set(tasks.filter(task => !task.vanished).map(task => task.key));
}

const filesOf = (root: string) => ({
  exists: (path: string) => existsSync(join(root, path)),
  read: (path: string) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    return stat?.isFile() ? readFileSync(join(root, path), 'utf8') : null;
  },
});

const notThere = (path: string) =>
  fail('input.not_found', `There is no file ${path}.`, 'Give the path of a plan file, for example plans.md');
