import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/app.ts';
import { bubblewrapSandbox } from '../src/workspace/sandbox/bubblewrap.ts';
import { defaultLimits } from '../src/workspace/sandbox/limits.ts';
import { interleave, isMet, summarise, table } from './measure.ts';

/** What a sandboxed command may cost, as a multiple of the same command by a plain spawn of bash. */
const TARGET = 5;
const ROUNDS = 60;
const WARM_UP = 5;

const top = mkdtempSync(join(tmpdir(), 'llmclis-bench-'));
try {
  for (const name of ['root', 'temp']) mkdirSync(join(top, name));
  await measure(join(top, 'root'), join(top, 'temp'));
} finally {
  rmSync(top, { recursive: true, force: true });
}

async function plain(command: string, cwd: string): Promise<void> {
  const child = spawn('/bin/bash', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'close');
}

async function measure(root: string, temp: string): Promise<void> {
  const path = process.env.PATH ?? '/usr/bin:/bin';
  const limits = defaultLimits(totalmem() / 1_048_576);
  const places = { path, home: homedir(), hidden: [], untrusted: [], temp, clock: systemClock, limits };
  const made = await bubblewrapSandbox({ ...places, node: process.execPath, network: [], readable: [], secrets: {} });
  if (!made.ok) throw new Error(`${made.error.message} ${made.error.hint}`);
  const sandboxed = async (command: string): Promise<void> => {
    const spill_file = join(temp, 'out.txt');
    const ran = await made.value.run({ command, root, timeout_s: 30, readonly_paths: [], spill_file });
    if (!ran.ok || ran.value.exit !== 0) throw new Error(JSON.stringify(ran));
  };
  const values = await interleave(
    ROUNDS,
    {
      'plain true': () => plain('true', root),
      'sandboxed true': () => sandboxed('true'),
      'plain node': () => plain('node -e 0', root),
      'sandboxed node': () => sandboxed('node -e 0'),
    },
    WARM_UP,
  );
  const line = (what: string, target: number | null) => {
    const [ours, floorIs] = [summarise(values(`sandboxed ${what}`)), summarise(values(`plain ${what}`))];
    return { what: `sandboxed ${what}`, ours, floor: `plain ${what}`, floorIs, ratio: ours.p50 / floorIs.p50, target };
  };
  const lines = [line('true', TARGET), line('node', null)];
  console.log(table(lines));
  console.log(`ratio of the medians of ${ROUNDS} interleaved rounds`);
  if (!lines.every(isMet)) process.exitCode = 1;
}
