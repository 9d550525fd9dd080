import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';

/** The plan files that settings name, and the folders in which a new one would be found. Paths are relative to the root. */
export type PlanFiles = { readonly files: readonly string[]; readonly folders: readonly string[] };

/** Folders that hold no plans of one's own. */
const SKIPPED = /^(?:node_modules|vendor|target|dist|build|\..*)$/;

/** Is this a pattern for paths, not a path? */
export const isGlob = (path: string): boolean => /[*?[\]{}()!]/.test(path);

/** Looks the globs up, in the order of the settings; `!glob` takes files out again. A plain path counts, there or not. */
export function findPlanFiles(root: string, plans: readonly string[]): PlanFiles {
  const without = plans.filter(plan => plan.startsWith('!')).map(plan => plan.slice(1));
  const isOut = without.length === 0 ? () => false : picomatch(without, { dot: true });
  const folders = new Set<string>();
  const files = plans
    .filter(plan => !plan.startsWith('!'))
    .flatMap(plan => (isGlob(plan) ? matching(root, plan, folders) : [plan]))
    .filter(file => !isOut(file));
  return { files: [...new Set(files)], folders: [...folders] };
}

/** The files that a glob matches, sorted; the folders that were looked into are added to `folders`. */
function matching(root: string, glob: string, folders: Set<string>): readonly string[] {
  const { base, glob: rest } = picomatch.scan(glob);
  const depth = rest.includes('**') ? Number.POSITIVE_INFINITY : rest.split('/').length;
  const matches = picomatch(glob);
  const found: string[] = [];
  const look = (folder: string, left: number): void => {
    folders.add(`${folder}/`);
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (left > 1 && !SKIPPED.test(entry.name)) look(path, left - 1);
      } else if (matches(path) && isFile(join(root, path))) found.push(path);
    }
  };
  look(base === '' ? '.' : base, depth);
  return found.toSorted();
}

const entriesOf = (folder: string) => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that is not there (yet) holds no plan.
    return [];
  }
};

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
