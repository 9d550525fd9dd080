import { access, readlink } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { SandboxedCommand } from '../../core/workspace.ts';
import { isInside, realOrNull } from '../paths.ts';
import { absolute, describeBubblewrap } from './find.ts';
import { maskedGitFiles } from './git-config.ts';
import { type Access, ALWAYS_FIXED, ALWAYS_HIDDEN, ALWAYS_MASKED, INNER_HOME, type Layout } from './layout.ts';
import type { BubblewrapOptions } from './options.ts';
import { toolchainsOf } from './toolchains.ts';

const isWsl = (): boolean => /microsoft/i.test(release());

const existing = async (paths: readonly string[]): Promise<string[]> => {
  const there = await Promise.all(
    paths.map(path =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => there[index]);
};

/** Looks at the machine once: what to hide, and what to show of it. */
export async function layoutOf(options: BubblewrapOptions, bwrap: string): Promise<Layout> {
  const { limits, node } = options;
  const places = await Promise.all([options.home, ...options.hidden, ...ALWAYS_HIDDEN].map(realOrNull));
  const hidden = [...new Set(places.filter(place => place !== null && place !== '/'))].filter(place => place !== null);
  // Windows’ own programs cannot run in there, and its disk is slow to look at.
  const folders = absolute(options.path).filter(folder => !(isWsl() && /^\/mnt\/[a-z]\//i.test(folder)));
  const toolchains = await toolchainsOf({
    path: folders.join(':'),
    home: options.home,
    hidden: [...hidden, '/tmp', '/run', '/var/tmp'],
    inner_home: INNER_HOME,
  });
  const path = folders.join(':');
  const shells = ['/bin', '/usr/bin', ...folders].map(folder => join(folder, 'bash'));
  const [masked, fixed, bashes] = await Promise.all([
    existing(ALWAYS_MASKED),
    existing(ALWAYS_FIXED),
    existing(shells),
  ]);
  const shell = bashes[0] ?? '/bin/bash';
  const { knows } = await describeBubblewrap(bwrap, options.temp, options.clock);
  return { bwrap, knows, path, hidden, masked, fixed, shell, toolchains, limits, node };
}

/** What one command may reach; our own data folder is never shown. */
export async function accessOf(options: BubblewrapOptions, command: SandboxedCommand): Promise<Access> {
  const { network, readable, secrets } = options;
  const closed = await Promise.all(options.hidden.map(realOrNull));
  const shown = await Promise.all(command.readonly_paths.map(maskedGitFiles));
  const open = await Promise.all(
    readable.map(path =>
      realApart(
        path,
        closed.filter(place => place !== null),
      ),
    ),
  );
  return { network, secrets, readable: open.filter(path => path !== null), shown: shown.flat() };
}

/** The real path; null for one that holds a closed place, lies in one, or leads through one: what a model may write can be a link to anywhere. */
async function realApart(path: string, closed: readonly string[]): Promise<string | null> {
  if (await leadsThrough(path, closed, MOST_LINKS)) return null;
  const real = await realOrNull(path);
  return real === null || closed.some(place => isInside(real, place)) ? null : real;
}

const MOST_LINKS = 40;

async function leadsThrough(path: string, closed: readonly string[], links: number): Promise<boolean> {
  const parts = path.split('/').filter(part => part !== '');
  for (const count of parts.keys()) {
    const place = `/${parts.slice(0, count + 1).join('/')}`;
    if (closed.some(folder => isInside(folder, place))) return true;
    const target = await readlink(place).catch(() => null);
    if (target === null) continue;
    const next = resolve(dirname(place), target, ...parts.slice(count + 1));
    return links === 0 || leadsThrough(next, closed, links - 1);
  }
  return false;
}
