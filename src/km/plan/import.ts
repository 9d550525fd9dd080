import { isAbsolute, relative } from 'node:path';
import { err, ok, type Result } from '../../core/failure.ts';
import type { Km, PlanFileRow, Project } from '../km.ts';
import type { Box, PlanDocument } from './document.ts';
import { keepOrder } from './order.ts';
import { parsePlan } from './parse.ts';
import type { PlanCounts, PlanImport, PlanIo } from './plan.ts';
import { planRefusal } from './refusal.ts';
import { savePulled } from './save.ts';
import { NO_OTHERS, openShelf } from './shelf.ts';
import { keysInOrder, type Side } from './side.ts';
import { takeFile } from './take.ts';
import { upgradeReading } from './upgrade.ts';

export type ImportOptions = {
  readonly km: Km;
  readonly project: Pick<Project, 'id' | 'root'>;
  /** Absolute path of the file that `text` was read from. */
  readonly path: string;
  readonly text: string;
  readonly io: Pick<PlanIo, 'read'>;
  readonly now: Date;
  readonly agent: string;
};

const COUNTED = {
  open: 'open',
  done: 'done',
  'in-progress': 'in_progress',
  blocked: 'blocked',
  cancelled: 'cancelled',
} as const satisfies Record<Box, keyof PlanCounts>;

/** What a plan file says, by status. */
export function countPlan(document: PlanDocument): PlanCounts {
  const counts = { open: 0, done: 0, in_progress: 0, blocked: 0, cancelled: 0 };
  for (const task of document.tasks) counts[COUNTED[task.box]] += 1;
  const { open, done, in_progress, blocked, cancelled } = counts;
  return { stages: document.stages.length, tasks: document.tasks.length, done, open, in_progress, blocked, cancelled };
}

/**
 * Takes the stages and tasks of a plan text into the database. Done again it changes nothing: `imported` counts what the
 * file says, `updated` and `unchanged` the tasks that the database had already. The project's own plan file (or the first
 * file inside the project, when it has none) stays tied to its tasks; those of any other file go into the project's plan.
 */
export function importPlan(options: ImportOptions): Result<PlanImport> {
  const file = parsePlan(options.text);
  const refusal = planRefusal(file, options.path);
  if (refusal !== null) return err(refusal);
  const own = ownPlan(options);
  const shelf = openShelf(options, own === null ? [] : [own.path]);
  const side: Side = {
    km: options.km,
    project_id: options.project.id,
    path: own?.path ?? null,
    file,
    base: own === null ? null : shelf.base(own.path),
    synced_at: own?.row?.synced_at ?? null,
    now: options.now,
    agent: options.agent,
    adopts: false,
    others: own === null ? NO_OTHERS : shelf.others(own.path),
  };
  const taken = options.km.transaction(() => {
    if (own !== null) upgradeReading({ ...side, row: own.row });
    const result = takeFile(side);
    keepOrder(side, keysInOrder(file), result.tasks);
    if (own !== null) {
      const read = { ...own.read, document: file };
      savePulled({ ...options, path: own.path, shelf }, { side, taken: result, read });
    }
    return result;
  });
  return ok({
    imported: countPlan(file),
    updated: taken.updated.size,
    unchanged: taken.known.size - taken.updated.size,
    unrecognised: file.unrecognised.map(index => ({ line: index + 1, text: file.lines[index]?.text.trim() ?? '' })),
  });
}

type Own = {
  readonly path: string;
  readonly row: PlanFileRow | null;
  readonly read: NonNullable<ReturnType<PlanIo['read']>>;
};

function ownPlan({ km, project, path, text, io }: ImportOptions): Own | null {
  const rows = km.planFiles(project.id).filter(known => known.size >= 0);
  const inside = relative(project.root, path).replaceAll('\\', '/');
  if (inside === '' || inside.startsWith('../') || isAbsolute(inside)) return null;
  const row = rows.find(known => known.path === inside) ?? null;
  const read = io.read(path);
  return (row === null && rows.length > 0) || read === null || read.text !== text ? null : { path: inside, row, read };
}
