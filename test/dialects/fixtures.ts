import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Dialect, ImportedItem, ImportedPlan, PlanSource } from '../../src/km/dialects/dialect.ts';
import { type TakeOptions, takeImport } from '../../src/km/dialects/take.ts';
import { makeWorld, must } from '../km/fixtures.ts';

const shared = resolve(process.env.LLMCLIS_SHARED ?? join(import.meta.dirname, '../../../shared'), 'data/plans');

export type Known = {
  readonly file: string;
  readonly tasks: number;
  readonly done: number;
  readonly open: number;
  readonly in_progress?: number;
  readonly cancelled_or_deferred?: number;
  readonly dependency_edges?: number;
};

/** Real plan files and what a careful human counts in them; empty where the shared data is not there. */
export const knownPlans = (): readonly Known[] =>
  existsSync(join(shared, 'manifest.json'))
    ? (JSON.parse(readFileSync(join(shared, 'manifest.json'), 'utf8')) as { files: Known[] }).files
    : [];

export const sharedPath = (name: string): string => join(shared, name);

export function sharedSource(name: string): PlanSource {
  const path = sharedPath(name);
  if (!statSync(path).isDirectory()) return fileOf(readFileSync(path, 'utf8'), name);
  const paths = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(file =>
    statSync(join(path, file)).isFile(),
  );
  return folderOf(Object.fromEntries(paths.map(file => [file, readFileSync(join(path, file), 'utf8')])), name);
}

export const fileOf = (text: string, name = 'plan'): PlanSource => ({
  name,
  kind: 'file',
  files: [{ path: name, text }],
});
export const folderOf = (files: Readonly<Record<string, string>>, name = 'folder'): PlanSource => ({
  name,
  kind: 'folder',
  files: Object.entries(files).map(([path, text]) => ({ path, text })),
});

/** Reads a source that the dialect must know as its own. */
export function readAs(dialect: Dialect, source: PlanSource): ImportedPlan {
  const { score, because } = dialect.detect(source);
  if (score < 0.3) throw new Error(`${dialect.name} does not know it: ${because}`);
  return dialect.read(source);
}

export const itemOf = (plan: ImportedPlan, id: string): ImportedItem => {
  const item = plan.items.find(one => one.external_id === id);
  if (item === undefined) throw new Error(`No item ${id} among ${plan.items.map(one => one.external_id).join(', ')}`);
  return item;
};

/** An item that says only what it is given. */
export const item = (id: string, more: Partial<ImportedItem> = {}): ImportedItem => ({
  external_id: id,
  key: null,
  kind: 'task',
  title: `Title ${id}`,
  status: 'open',
  parent: null,
  depends_on: [],
  line: 1,
  ...more,
});

/** A project to import into. */
export function importWorld() {
  const world = makeWorld();
  const { km, clock, project } = world;
  const take = (items: readonly ImportedItem[], more: Partial<TakeOptions> = {}) =>
    takeImport({
      km,
      project: { id: project },
      dialect: 'test',
      path: 'plan',
      plan: { items, unrecognised: [] },
      agent: 'max',
      now: clock.now(),
      ...more,
    });
  const tasks = () => km.listTasks({ project_id: project, stages: true }).tasks;
  return {
    ...world,
    take: (items: readonly ImportedItem[], more: Partial<TakeOptions> = {}) => must(take(items, more)),
    tryTake: take,
    tasks,
    titled: (title: string) => {
      const found = tasks().find(task => task.title === title);
      if (found === undefined) throw new Error(`No task ${title}`);
      return found;
    },
    /** What must come through any file: one line for each task. */
    view: () =>
      tasks().map(task =>
        [task.key, task.kind, task.title, task.status, task.parent ?? '', task.depends_on.toSorted().join(' ')].join(
          ' | ',
        ),
      ),
  };
}
