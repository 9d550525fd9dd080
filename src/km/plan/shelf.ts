import { join } from 'node:path';
import type { Km, PlanFileRow, Project } from '../km.ts';
import type { PlanDocument } from './document.ts';
import { parsePlan } from './parse.ts';
import type { PlanIo } from './plan.ts';
import { keysOf, type OtherFiles, type Said, tasksByKey } from './side.ts';

/** A plan file as it was read. */
export type ReadFile = {
  readonly text: string;
  readonly size: number;
  readonly mtime_ms: number;
  readonly document: PlanDocument;
};

/**
 * The plan files of a project during one sync: as they are now and as they were at the last one. Each is read and parsed
 * at most once, and a text that did not change is one document.
 */
export type Shelf = {
  row(path: string): PlanFileRow | null;
  /** null for a file that is not there. */
  file(path: string): ReadFile | null;
  base(path: string): PlanDocument | null;
  others(path: string): OtherFiles;
  /** The other plan file, and its line, in which a task with this key stands. */
  elsewhere(path: string, key: string): { readonly path: string; readonly line: number } | null;
  /** The file was written or read anew. */
  put(path: string, file: ReadFile): void;
};

export function openShelf(
  {
    km,
    project,
    io,
  }: { readonly km: Km; readonly project: Pick<Project, 'id' | 'root'>; readonly io: Pick<PlanIo, 'read'> },
  paths: readonly string[],
): Shelf {
  const rows = new Map(km.planFiles(project.id).map(row => [row.path, row]));
  const files = new Map<string, ReadFile | null>();
  const bases = new Map<string, PlanDocument | null>();
  const all = [
    ...new Set([...paths, ...[...rows.values()].filter(row => row.synced_text !== '').map(row => row.path)]),
  ];
  const base = (path: string): PlanDocument | null => {
    const known = bases.get(path);
    if (known !== undefined) return known;
    const row = rows.get(path);
    const read = files.get(path);
    const parsed =
      row === undefined || (row.size < 0 && row.synced_text === '')
        ? null
        : read?.text === row.synced_text
          ? read.document
          : parsePlan(row.synced_text);
    bases.set(path, parsed);
    return parsed;
  };
  const file = (path: string): ReadFile | null => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const read = io.read(join(project.root, path));
    const old = bases.get(path) ?? null;
    const same = read !== null && old !== null && rows.get(path)?.synced_text === read.text;
    const found = read === null ? null : { ...read, document: same ? old : parsePlan(read.text) };
    files.set(path, found);
    return found;
  };
  /** What a file says now; what it said last where it is gone or no plan file any more. */
  const current = (path: string): PlanDocument | null =>
    paths.includes(path) ? (file(path)?.document ?? null) : base(path);
  return {
    row: path => rows.get(path) ?? null,
    file,
    base,
    others: path =>
      otherFiles(
        all.filter(other => other !== path),
        { current, base },
      ),
    elsewhere(path, key) {
      for (const other of paths.filter(one => one !== path)) {
        const task = file(other)?.document.tasks.find(one => one.key === key);
        if (task !== undefined) return { path: other, line: task.line };
      }
      return null;
    },
    put(path, read) {
      files.set(path, read);
    },
  };
}

type Look = {
  current(path: string): PlanDocument | null;
  base(path: string): PlanDocument | null;
};

function otherFiles(paths: readonly string[], { current, base }: Look): OtherFiles {
  let keys: ReadonlySet<string> | null = null;
  let oldKeys: ReadonlySet<string> | null = null;
  let before: ReadonlyMap<string, Said> | null = null;
  return {
    oldKeys() {
      oldKeys ??= new Set(paths.flatMap(path => keysOf(base(path))));
      return oldKeys;
    },
    keys() {
      keys ??= new Set(paths.flatMap(path => keysOf(current(path) ?? base(path))));
      return keys;
    },
    before(key) {
      before ??= new Map(
        paths.flatMap(path => {
          const document = base(path);
          return document === null
            ? []
            : [...tasksByKey(document)].map(([name, task]) => [name, { document, task }] as const);
        }),
      );
      return before.get(key) ?? null;
    },
  };
}

/** A file that stands alone has no others. */
export const NO_OTHERS: OtherFiles = { keys: () => new Set(), oldKeys: () => new Set(), before: () => null };
