import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { isInside, realOrNull } from '../paths.ts';

/** A read-only mount: what, and where it is seen. */
type Mount = { readonly from: string; readonly to: string };
export type Toolchains = { readonly mounts: readonly Mount[]; readonly variables: Readonly<Record<string, string>> };

/** Folders whose `bin` stands beside other things than its programs' own files (keys, caches, data). */
const SHARED_PREFIXES = ['.local', '.config', '.cache', '.cargo', '.npm'];
/** Package caches that a build without network needs, put where the sandbox's own HOME has them. */
const CACHES = ['.cargo/registry', '.cargo/git', 'go/pkg/mod', '.m2/repository'];
/** They are read-only: a tool that is told so uses what is there, and says what is not, without asking the network first. */
const OFFLINE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '.cargo/registry': { CARGO_NET_OFFLINE: 'true' },
  'go/pkg/mod': { GOPROXY: 'off' },
};

/**
 * What must be shown of the hidden places so that the programs on PATH work: each folder of PATH that lies there, with the
 * installation it belongs to (`~/.pyenv`, `~/.nvm/versions/node/v24`, a `node_modules`), and where its links lead. Never a
 * hidden place as a whole.
 */
export async function toolchainsOf(options: {
  readonly path: string;
  readonly home: string;
  readonly hidden: readonly string[];
  /** HOME inside the sandbox. */
  readonly inner_home: string;
}): Promise<Toolchains> {
  const { home, hidden } = options;
  const mounts = new Map<string, string>();
  const tooWide = (folder: string): boolean =>
    [home, ...hidden, ...SHARED_PREFIXES.map(name => join(home, name))].some(place => isInside(folder, place));
  const isHidden = (path: string): boolean => hidden.some(place => isInside(place, path));
  const covered = (path: string): boolean => [...mounts.keys()].some(folder => isInside(folder, path));

  const show = async (folder: string): Promise<void> => {
    if (covered(folder)) return;
    const prefix = dirname(folder);
    const owned = ['bin', 'sbin', 'shims', '.bin'].includes(basename(folder)) && !tooWide(prefix);
    const unit = owned ? prefix : folder;
    if (tooWide(unit)) return;
    const real = await realOrNull(unit);
    if (real === null) return;
    mounts.set(unit, real);
    for (const target of await linkTargets(folder)) {
      if (!isHidden(target) || covered(target)) continue;
      if (tooWide(dirname(target))) mounts.set(target, target);
      else await show(dirname(target));
    }
  };
  const folders = options.path.split(':').filter(folder => isAbsolute(folder));
  for (const folder of folders) {
    const real = await realOrNull(folder);
    if (real !== null && (isHidden(folder) || isHidden(real))) await show(folder);
  }
  const found = [...mounts].map(([to, from]) => ({ from, to }));
  const variables: Record<string, string> = {};
  for (const cache of CACHES) {
    const from = await realOrNull(join(home, cache));
    if (from === null) continue;
    found.push({ from, to: join(options.inner_home, cache) });
    Object.assign(variables, OFFLINE[cache]);
  }
  const rustup = await realOrNull(join(home, '.rustup'));
  if (rustup === null || !folders.includes(join(home, '.cargo/bin'))) return { mounts: found, variables };
  found.push({ from: rustup, to: join(home, '.rustup') });
  return { mounts: found, variables: { ...variables, RUSTUP_HOME: join(home, '.rustup') } };
}

/** The real files that a folder's symbolic links lead to. */
async function linkTargets(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const targets: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const info = await lstat(path).catch(() => null);
    const real = info?.isSymbolicLink() ? await realOrNull(path) : null;
    if (real !== null) targets.push(real);
  }
  return targets;
}
