import type { OutlineRow } from '../../km/km.ts';
import { textWidth } from '../text.ts';

export type TreeRow = Pick<OutlineRow, 'id' | 'key' | 'kind' | 'status'> & {
  readonly depth: number;
  /** Rows under it, at any depth: they follow it directly. */
  readonly below: number;
  /** Place of the row it stands under; -1 at the top. */
  readonly parent: number;
};
/** A project's stages, tasks and subtasks, each parent before what is under it. */
export type Tree = {
  readonly rows: readonly TreeRow[];
  readonly counts: { readonly tasks: number; readonly done: number; readonly blocked: number };
  /** Columns that the widest label of a task takes, when a level is indented by one or by two. */
  readonly label_width: { readonly 1: number; readonly 2: number };
  /** Is anything under anything? */
  readonly nested: boolean;
};

/** Deeper levels are drawn no further to the right. */
const DEEPEST = 8;

/** What stands before a row's key: its indentation, and whether it is open (`▾`) or closed (`▸`). */
export function indentOf(
  row: TreeRow,
  { step, nested, folded }: { readonly step: 1 | 2; readonly nested: boolean; readonly folded: boolean },
): string {
  const mark = !nested ? '' : row.below === 0 ? '  ' : folded ? '▸ ' : '▾ ';
  return ' '.repeat(Math.min(row.depth, DEEPEST) * step) + mark;
}

/** Puts each task under its parent and keeps the order. A row whose parent is not there, or stands under it, comes at the top. */
export function treeOf(outline: readonly OutlineRow[]): Tree {
  const { parent, first, following, top } = chained(outline);
  const rows: Growing[] = [];
  const placeOf = new Int32Array(outline.length).fill(-1);
  const add = (at: number, depth: number, above: number): void => {
    const row = outline[at];
    if (row === undefined) return;
    placeOf[at] = rows.length;
    const { id, key, kind, status } = row;
    rows.push({ id, key, kind, status, depth, below: 0, parent: above });
  };
  let depth = 0;
  for (let at = top; at >= 0; ) {
    add(at, depth, placeOf[parent[at] ?? -1] ?? -1);
    const child = first[at] ?? -1;
    if (child >= 0) {
      at = child;
      depth += 1;
      continue;
    }
    for (; at >= 0 && following[at] === -1; depth -= 1) at = parent[at] ?? -1;
    at = following[at] ?? -1;
  }
  for (let at = 0; at < outline.length; at += 1) if (placeOf[at] === -1) add(at, 0, -1);
  for (let place = rows.length - 1; place >= 0; place -= 1) {
    const row = rows[place];
    const above = rows[row?.parent ?? -1];
    if (row !== undefined && above !== undefined) above.below += row.below + 1;
  }
  return { rows, ...measured(rows) };
}

/** While the rows below are being counted. */
type Growing = Omit<TreeRow, 'below'> & { below: number };

/** By place in the outline: the parent, the first child, the next row of the same parent; -1 for none. */
type Chains = {
  readonly parent: Int32Array;
  readonly first: Int32Array;
  readonly following: Int32Array;
  /** The first row of the top. */
  readonly top: number;
};

function chained(outline: readonly OutlineRow[]): Chains {
  const size = outline.length;
  const made = (): Int32Array => new Int32Array(size).fill(-1);
  const [parent, first, following] = [made(), made(), made()];
  const known = new Map<number, number>();
  for (let at = 0; at < size; at += 1) known.set(outline[at]?.id ?? -1, at);
  let top = -1;
  // From the end, so that each row is put before its later siblings.
  for (let at = size - 1; at >= 0; at -= 1) {
    const above = known.get(outline[at]?.parent_id ?? -1) ?? -1;
    parent[at] = above;
    following[at] = above < 0 ? top : (first[above] ?? -1);
    if (above < 0) top = at;
    else first[above] = at;
  }
  return { parent, first, following, top };
}

function measured(rows: readonly TreeRow[]): Omit<Tree, 'rows'> {
  const tasks = rows.filter(row => row.kind === 'task');
  const nested = rows.some(row => row.below > 0);
  const mark = nested ? 2 : 0;
  const widest = (step: number): number =>
    tasks.reduce((most, row) => Math.max(most, Math.min(row.depth, DEEPEST) * step + mark + textWidth(row.key)), 0);
  const having = (status: TreeRow['status']): number => tasks.filter(row => row.status === status).length;
  return {
    counts: { tasks: tasks.length, done: having('done'), blocked: having('blocked') },
    label_width: { 1: widest(1), 2: widest(2) },
    nested,
  };
}

/** Places of the rows to show: nothing under a folded one; with `matches` only those and what they stand under. */
export function shownPlaces(
  { rows }: Tree,
  folded: ReadonlySet<number>,
  matches: ReadonlySet<number> | null,
): readonly number[] {
  const wanted = matches === null ? null : leadingTo(rows, matches);
  const shown: number[] = [];
  for (let place = 0; place < rows.length; place += 1) {
    const row = rows[place];
    if (row === undefined) break;
    if (wanted === null || wanted[place] === 1) shown.push(place);
    if (folded.has(row.id)) place += row.below;
  }
  return shown;
}

/** 1 for each row that matches or has a match under it. */
function leadingTo(rows: readonly TreeRow[], matches: ReadonlySet<number>): Uint8Array {
  const wanted = new Uint8Array(rows.length);
  // The nearest match at or after the place that is looked at.
  let match = rows.length;
  for (let place = rows.length - 1; place >= 0; place -= 1) {
    const row = rows[place];
    if (row === undefined) continue;
    if (matches.has(row.id)) match = place;
    if (match <= place + row.below) wanted[place] = 1;
  }
  return wanted;
}

/** Index in `shown` of the place, or of the last one before it: what a folded row stands under. */
export function indexOfPlace(shown: readonly number[], place: number): number {
  let [from, to] = [0, shown.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((shown[middle] ?? 0) <= place) from = middle + 1;
    else to = middle;
  }
  return Math.max(0, from - 1);
}

/** Place of the row it stands under, or null at the top. */
export function parentPlace({ rows }: Tree, place: number): number | null {
  const parent = rows[place]?.parent ?? -1;
  return parent < 0 ? null : parent;
}

/** Ids of all rows that have something under them. */
export const parentIds = ({ rows }: Tree): readonly number[] => rows.filter(row => row.below > 0).map(row => row.id);

/** Place of the task in the tree, or -1. */
export const placeOfTask = ({ rows }: Tree, id: number): number => rows.findIndex(row => row.id === id);
