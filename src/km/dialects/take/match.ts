import type { ImportRow, Km } from '../../km.ts';
import { isClosed } from '../../tasks/lifecycle.ts';
import { hashKey, ownKey } from './keys.ts';
import { type Renames, renamesIn } from './renamed.ts';
import { readSaid, type Said } from './said.ts';
import type { TidyItem } from './tidy.ts';

/** The task that an item is already, and what its source said before; null where no source said anything. */
export type Match = { readonly task_id: number; readonly said: Said | null };

export type Matches = {
  readonly matched: ReadonlyMap<string, Match>;
  /** Rows of this very source whose item has another id now. */
  readonly renamed: Renames;
  /** True when this very source was never imported. */
  readonly isNew: boolean;
  /** What this source said about items that it does not have any more. */
  readonly gone: readonly ImportRow[];
  /** Whose tasks a source that is new took for its own: the path of another source, or the project itself. Null for nobody's. */
  readonly same_as: string | null;
};

type Where = {
  readonly km: Km;
  readonly project_id: number;
  readonly dialect: string;
  readonly source: string;
  /** Is the file or folder of an earlier source still there? */
  readonly isThere: (path: string) => boolean;
};

const NO_MATCH: ReadonlyMap<string, Match> = new Map();

/** Finds the tasks that the items are already: by their ids in this source, else as another file that says the same. */
export function matchItems(where: Where, items: readonly TidyItem[]): Matches {
  const rows = where.km.importRows(where.project_id, where.dialect);
  const own = rows.filter(row => row.source === where.source);
  if (own.length === 0) {
    const same = sameFile(where, rows, items) ?? sameKeys(where, rows, items);
    const { matched, name } = same ?? { matched: NO_MATCH, name: null };
    return { matched, renamed: new Map(), isNew: true, gone: [], same_as: name };
  }
  const byId = new Map(own.map(row => [row.external_id, row]));
  const renamed = renamesIn(items, own);
  const matched = new Map<string, Match>();
  for (const { id } of items) {
    const row = byId.get(id) ?? renamed.get(id);
    if (row !== undefined) matched.set(id, { task_id: row.task_id, said: readSaid(row.said) });
  }
  const taken = new Set([...matched.values()].map(match => match.task_id));
  return { matched, renamed, isNew: false, gone: own.filter(row => !taken.has(row.task_id)), same_as: null };
}

/** What stdin is called; it has no name of its own. */
const STDIN = '-';

/** The name of a source. Texts from stdin are one source as long as they say mostly the same, else each has its own. */
export function sourceName(
  where: Pick<Where, 'km' | 'project_id' | 'dialect'>,
  path: string,
  items: readonly TidyItem[],
): string {
  const rows = path === STDIN ? where.km.importRows(where.project_id, where.dialect) : [];
  for (let count = 1; ; count += 1) {
    const source = `${where.dialect}:${path}${count === 1 ? '' : count}`;
    const own = rows.filter(row => row.source === source);
    if (own.length === 0 || isMoved(compare(own, items))) return source;
  }
}

type Same = { readonly matched: ReadonlyMap<string, Match>; readonly name: string };
type Compared = {
  readonly found: ReadonlyMap<string, Match>;
  /** Items that are open now and were closed in the other source. */
  readonly reopened: number;
  readonly old: number;
  readonly now: number;
};

/** Items that have the ids and titles of an earlier source. */
function compare(own: readonly ImportRow[], items: readonly TidyItem[]): Compared {
  const byId = new Map(own.map(row => [row.external_id, row]));
  const found = new Map<string, Match>();
  let reopened = 0;
  for (const { id, said } of items) {
    const row = byId.get(id);
    const before = row === undefined ? null : readSaid(row.said);
    if (row === undefined || before?.title !== said.title) continue;
    found.set(id, { task_id: row.task_id, said: before });
    if (isClosed(before.status) && !isClosed(said.status)) reopened += 1;
  }
  return { found, reopened, old: own.length, now: items.length };
}

/** Equal items of lists shorter than this may be those that everybody writes: "Write tests", "Update the docs". */
const TELLING = 5;

const nearlyAll = (found: number, all: number): boolean =>
  all > 0 && (found === all || (found >= TELLING && found * 10 >= all * 9));

/**
 * A file that took the place of another one, which is not there any more: most of both are equal, or all that the other one
 * had is still in it. Files made from one template have a few equal items only.
 */
const isMoved = ({ found, reopened, old, now }: Compared): boolean =>
  found.size > 0 &&
  reopened * 2 <= found.size &&
  (found.size * 3 >= Math.max(old, now) * 2 || (found.size === old && found.size * 2 >= now));

/** A copy beside the other one: nearly all of both is equal. A list of closed tasks that is copied to be done again is a new one. */
const isCopy = ({ found, reopened, old, now }: Compared): boolean =>
  reopened * 10 <= found.size && nearlyAll(found.size, old) && nearlyAll(found.size, now);

const pathOf = (source: string): string => source.slice(source.indexOf(':') + 1);
const isStdin = (path: string): boolean => /^-\d*$/.test(path);

/** The same list under another path: moved there, or copied. */
function sameFile({ isThere }: Where, rows: readonly ImportRow[], items: readonly TidyItem[]): Same | null {
  let best: Same | null = null;
  for (const [source, own] of Map.groupBy(rows, row => row.source)) {
    const path = pathOf(source);
    const compared = compare(own, items);
    const isSame = isStdin(path) || isThere(path) ? isCopy(compared) : isMoved(compared);
    if (isSame && compared.found.size > (best?.matched.size ?? 0)) best = { matched: compared.found, name: path };
  }
  return best;
}

/** What tasks that no source spoke of belong to. */
const PROJECT = 'the project';

/**
 * Tasks that the project has already under the keys that this import would give them, with the same titles: an export that
 * comes back, a file that another dialect read. Those of another list of this dialect, which is there, are that list's.
 */
function sameKeys(where: Where, rows: readonly ImportRow[], items: readonly TidyItem[]): Same | null {
  const { km, project_id, dialect, source, isThere } = where;
  const others = new Map(rows.filter(row => isThere(pathOf(row.source))).map(row => [row.task_id, row.source]));
  const found = new Map<string, Match>();
  const tasks = items.filter(({ said }) => said.kind === 'task');
  for (const one of tasks) {
    const keys = [ownKey(one), hashKey(dialect, one.id, () => true)];
    for (const key of keys) {
      const task = key === null ? null : km.task(project_id, key);
      if (task?.ok !== true || task.value.key !== key || task.value.kind !== 'task') continue;
      if (others.has(task.value.id) || !alike(task.value.title, one.said.title)) continue;
      found.set(one.id, { task_id: task.value.id, said: null });
      break;
    }
  }
  const before = km.importedFrom(project_id, [pathOf(source)]);
  const isSamePath = [...found.values()].some(({ task_id }) => before.has(task_id));
  const enough = isSamePath ? found.size * 2 >= tasks.length : nearlyAll(found.size, tasks.length);
  if (!enough || found.size === 0) return null;
  const stages = km.listTasks({ project_id, stages: true }).tasks.filter(task => task.kind === 'stage');
  for (const { id, said } of items) {
    if (said.kind !== 'stage') continue;
    const at = stages.findIndex(stage => alike(stage.title, said.title));
    const [stage] = at < 0 ? [] : stages.splice(at, 1);
    if (stage !== undefined) found.set(id, { task_id: stage.id, said: null });
  }
  return { matched: found, name: isSamePath ? pathOf(source) : PROJECT };
}

/** A title that went through a plan file has lost pairs of stars. */
const alike = (one: string, other: string): boolean => one.replaceAll('*', '') === other.replaceAll('*', '');
