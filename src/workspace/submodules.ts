import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, type Result } from '../core/failure.ts';
import { type Git, gitIn, splitZ } from './git.ts';
import { withTemporaryIndex } from './index-file.ts';
import { isInside, realOrNull } from './paths.ts';

type Place = {
  /** The person’s checkout, whose submodules hold the commits. */
  readonly source: string;
  readonly worktree: string;
  readonly env: Readonly<Record<string, string>>;
  /** For temporary indexes. */
  readonly temp: string;
};

/** Submodules of submodules are followed this far. */
const MAX_DEPTH = 5;

/**
 * Fills the empty submodule folders of a worktree with the files of the commits that `list` names, taken from the person’s own
 * submodules; nothing is fetched and no program of a submodule runs. A submodule that the person has not checked out, or whose
 * commit is not there, stays empty. Gives the paths of all submodules.
 */
export async function fillSubmodules(place: Place, list: Git, index: string): Promise<Result<readonly string[]>> {
  if ((await realOrNull(join(place.worktree, '.gitmodules'))) === null) return ok([]);
  const listed = await list(['ls-files', '-s', '-z'], { env: { GIT_INDEX_FILE: index } });
  if (!listed.ok) return listed;
  const links = splitZ(listed.value.stdout).flatMap(readLink);
  for (const link of links) await fill(place, link, MAX_DEPTH);
  return ok(links.map(({ path }) => path));
}

type Link = { readonly path: string; readonly commit: string };

function readLink(line: string): Link[] {
  const [mode, commit = ''] = line.slice(0, line.indexOf('\t')).split(' ');
  return mode === '160000' ? [{ path: line.slice(line.indexOf('\t') + 1), commit }] : [];
}

async function fill(place: Place, { path, commit }: Link, depth: number): Promise<void> {
  const [from, to] = [join(place.source, path), join(place.worktree, path)];
  // Through a link this would write where it leads; what is filled already is as the work left it.
  if ((await realOrNull(dirname(to))) !== dirname(to)) return;
  await mkdir(to).catch(() => undefined);
  if ((await realOrNull(to)) !== to || (await readdir(to).catch(() => [''])).length > 0) return;
  const admin = await gitFolderOf(from, place);
  if (admin === null) return;
  const git = gitIn(to, place.env, ['--git-dir', admin, '--work-tree', to]);
  await withTemporaryIndex(place.temp, async index => {
    const env = { GIT_INDEX_FILE: index };
    const read = await git(['read-tree', `${commit}^{commit}`], { env });
    if (!read.ok) return;
    await git(['checkout-index', '--all', '--quiet'], { env });
    const nested = depth > 0 ? await git(['ls-files', '-s', '-z'], { env }) : null;
    if (!nested?.ok) return;
    for (const link of splitZ(nested.value.stdout).flatMap(readLink))
      await fill(place, { ...link, path: `${path}/${link.path}` }, depth - 1);
  });
}

/** Git’s own folder of a submodule that is checked out in the person’s copy; null where there is none. */
async function gitFolderOf(folder: string, { source, env }: Place): Promise<string | null> {
  const real = await realOrNull(folder);
  if (real === null || !isInside(source, real) || (await realOrNull(join(folder, '.git'))) === null) return null;
  const found = await gitIn(folder, env)(['rev-parse', '--absolute-git-dir']);
  return found.ok ? realOrNull(found.value.stdout.trim()) : null;
}
