// Works on the ten tasks in a folder and kills itself at the n-th event or look at the clock since it started, or is killed by
// its n-th git command, before or after that did its work.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { systemClock } from '../../src/app.ts';
import { runTen } from './ten-tasks.ts';

const [folder = '', kind = 'event', place = '0'] = process.argv.slice(2);
const kill = (): void => void process.kill(process.pid, 'SIGKILL');
let looks = 0;
let events = 0;
const clock = {
  ...systemClock,
  now: () => {
    if (kind === 'look' && ++looks === Number(place)) kill();
    return new Date();
  },
};

/** A git that counts its calls and kills who called it at one of them. */
function killingGit(): string {
  const bin = join(folder, 'bin');
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin);
  const git = `PATH='${process.env.PATH}' git "$@"`;
  const lines = [
    '#!/bin/sh',
    `printf x >> '${bin}/calls'`,
    `n=$(wc -c < '${bin}/calls')`,
    `if [ "$n" -ne ${place} ]; then ${git}; exit $?; fi`,
    kind === 'git-after' ? `${git}; kill -9 $PPID` : 'kill -9 $PPID',
  ];
  writeFileSync(join(bin, 'git'), `${lines.join('\n')}\n`);
  chmodSync(join(bin, 'git'), 0o755);
  return bin;
}

const path = kind.startsWith('git') ? `${killingGit()}${delimiter}${process.env.PATH ?? ''}` : (process.env.PATH ?? '');
const env = { ...process.env, PATH: path, LLMCLIS_HOME: join(folder, 'home') };
const seen = (): void => {
  events += 1;
  if (kind === 'event' && events === Number(place)) kill();
};
await runTen(folder, { env, clock }, seen);
