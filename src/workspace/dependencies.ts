import { lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { type Git, splitZ } from './git.ts';
import { dropStaleLinks, type Linking, linkEntry, putFolder, putLink } from './links.ts';
import { normalisePath, realOrNull } from './paths.ts';
import { isVenv, linkVenv } from './venv.ts';

const FOLDERS = ['node_modules', '.venv', 'venv', 'vendor'];
/** What tools keep for themselves in node_modules: a worktree gets its own, or writes would go to the person's. */
const CACHES = /^\.(?:cache|vite|vitest|tmp|temp|turbo|parcel-cache|swc|eslintcache)/;

export type Linked = {
  /** Paths in the worktree, relative, with `/`. */
  readonly linked: readonly string[];
  /** Real paths that the links lead to: to be shown read-only to sandboxed commands. */
  readonly targets: readonly string[];
};

/**
 * The dependency folders of a repository that git ignores, nested packages' too; or exactly the paths of `link` that exist.
 * Errors: `settings.invalid` for a path of `link` that leads out of the repository.
 */
export async function findDependencies(
  git: Git,
  root: string,
  link: readonly string[] | null,
): Promise<Result<string[]>> {
  if (link === null) {
    const ignored = await git(['ls-files', '-o', '-i', '--exclude-standard', '--directory', '-z']);
    if (!ignored.ok) return ignored;
    const paths = splitZ(ignored.value.stdout).map(path => path.replace(/\/$/, ''));
    const found: string[] = [];
    for (const path of paths) {
      if (!FOLDERS.includes(basename(path))) continue;
      const info = await stat(join(root, path)).catch(() => null);
      if (info?.isDirectory()) found.push(path);
    }
    return ok(found.sort());
  }
  const found: string[] = [];
  for (const given of link) {
    const path = normalisePath(root, given);
    if (!path.ok || path.value === '') {
      return fail(
        'settings.invalid',
        `"link" lists ${JSON.stringify(given)}, which is not a path inside the project.`,
        'List paths such as node_modules or .env.',
      );
    }
    if ((await realOrNull(join(root, path.value))) !== null) found.push(path.value);
  }
  return ok([...new Set(found)].sort());
}

/**
 * Links these paths of the repository into a worktree, a folder as a real folder of links to its entries, so that tools may add
 * caches beside them. Done again it renews what changed. Paths that the worktree has as files of its own are left alone.
 */
export async function linkDependencies(options: {
  readonly repository: string;
  readonly worktree: string;
  readonly paths: readonly string[];
  /** True for a path (relative) that git tracks in the worktree. */
  readonly tracked: (path: string) => boolean;
}): Promise<Linked> {
  const source = await realpath(options.repository);
  const worktree = await realpath(options.worktree);
  const paths: string[] = [];
  for (const path of options.paths)
    if (!options.tracked(path) && (await standsInItself(source, dirname(path)))) paths.push(path);
  const sources: string[] = [];
  for (const path of paths) {
    const real = await realOrNull(join(source, path));
    if (real !== null) sources.push(real);
  }
  const linking: Linking = {
    roots: [...new Set([options.repository, source])],
    source,
    worktree,
    sources,
    targets: new Set(),
  };
  const linked: string[] = [];
  for (const path of paths) {
    const from = await realOrNull(join(source, path));
    const parent = dirname(path);
    // A nested package that this base does not have needs no dependencies.
    if (from === null || (parent !== '.' && (await realOrNull(join(worktree, parent))) !== join(worktree, parent)))
      continue;
    await linkPath(from, join(worktree, path), linking);
    linked.push(path);
  }
  return { linked, targets: [...sources, ...linking.targets] };
}

/** No link of the repository's own is on the way: one could lead to a person's keys, and what is linked is shown to commands. */
const standsInItself = async (source: string, folder: string): Promise<boolean> =>
  (await realOrNull(join(source, folder))) === join(source, folder);

async function linkPath(from: string, to: string, linking: Linking): Promise<void> {
  if (!(await stat(from)).isDirectory()) {
    await mkdir(dirname(to), { recursive: true });
    return putLink(to, from);
  }
  return isVenv(from) ? linkVenv(from, to, linking) : linkFolder(from, to, linking, 'packages');
}

async function linkFolder(from: string, to: string, linking: Linking, level: 'packages' | 'scope'): Promise<void> {
  await putFolder(to);
  for (const name of await readdir(from)) {
    if (level === 'packages' && CACHES.test(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    const deeper =
      level === 'packages' && (name.startsWith('@') || name === '.bin') && (await lstat(source)).isDirectory();
    await (deeper ? linkFolder(source, target, linking, 'scope') : linkEntry(source, target, linking));
  }
  await dropStaleLinks(to);
}
