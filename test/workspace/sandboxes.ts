import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../src/core/workspace.ts';
import { type BubblewrapOptions, bubblewrapSandbox } from '../../src/workspace/sandbox/bubblewrap.ts';
import { defaultLimits } from '../../src/workspace/sandbox/limits.ts';
import { isAlive } from '../../src/workspace/sandbox/processes.ts';
import { PATH, temporaryFolder, testClock, value } from './helpers.ts';

export const clock = testClock();
export const bwrapIsHere = ['/usr/bin/bwrap', '/usr/local/bin/bwrap', '/bin/bwrap'].some(path => existsSync(path));

export type Made = { readonly top: string; readonly root: string; readonly home: string; readonly sandbox: Sandbox };

export function folders() {
  const top = temporaryFolder('sandbox-');
  for (const name of ['root', 'temp', 'home']) mkdirSync(join(top, name));
  return { top, root: join(top, 'root'), home: join(top, 'home') };
}

/** What a sandbox is made with where a test says nothing else. */
export const plainOptions = (top: string): BubblewrapOptions => ({
  path: PATH,
  home: homedir(),
  hidden: [],
  untrusted: [],
  temp: join(top, 'temp'),
  clock,
  limits: defaultLimits(totalmem() / 1_048_576),
  node: process.execPath,
  network: [],
  readable: [],
  secrets: {},
});

export const protecting = async (top: string, hidden: readonly string[] = []): Promise<Sandbox> =>
  value(await bubblewrapSandbox({ ...plainOptions(top), hidden }));

export const runIn =
  (made: Made, extra: readonly string[] = []) =>
  async (command: string, timeout_s = 20, signal?: AbortSignal) =>
    made.sandbox.run(
      { command, root: made.root, timeout_s, readonly_paths: extra, spill_file: join(made.top, 'spilled', 'out.txt') },
      signal,
    );

/** A command's processes outlive its group, session and parent, and say their numbers as the host sees them. */
export const LEFTOVERS =
  'sleep 300 & setsid sleep 300 & (setsid sleep 300 &) ; setsid sh -c "trap \\"\\" TERM HUP; sleep 300" & sleep 0.2; echo started';
export const sleepersIn = (folder: string): number[] =>
  execFileSync(
    'sh',
    [
      '-c',
      'for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = "$1" ] && echo $(basename $p); done; true',
      'sh',
      folder,
    ],
    {
      encoding: 'utf8',
    },
  )
    .split('\n')
    .flatMap(line => (line !== '' && isAlive(Number(line)) ? [Number(line)] : []));
