import { access } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
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
  const real = (await Promise.all(readable.map(realOrNull))).filter(path => path !== null);
  const shown = await Promise.all(command.readonly_paths.map(maskedGitFiles));
  return {
    network,
    secrets,
    readable: real.filter(
      path => !closed.some(place => place !== null && (isInside(place, path) || isInside(path, place))),
    ),
    shown: shown.flat(),
  };
}
