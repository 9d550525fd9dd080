import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeBigDatabase } from './km-data.ts';

/** What a cold `llmclis next` on 100,000 tasks may cost, as a multiple of a Node that does nothing. */
const TARGET = 1.8;
const TASKS = 100_000;
const ROUNDS = 25;
const WARM_UP = 2;

type Contestant = { readonly name: string; readonly args: readonly string[]; readonly ms: number[] };

const program = join(dirname(import.meta.dirname), 'dist', 'bin.js');
if (!existsSync(program)) throw new Error('dist/bin.js is not there: npm run build');
const home = mkdtempSync(join(tmpdir(), 'llmclis-bench-'));
try {
  makeBigDatabase(join(home, 'llmclis.db'), TASKS);
  report(measure());
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** Interleaved, so that a noisy neighbour meets both; the minimum is what the machine can do when it is left alone. */
function measure(): readonly Contestant[] {
  const contestants: readonly Contestant[] = [
    { name: 'node -e 0', args: ['-e', '0'], ms: [] },
    { name: 'llmclis next', args: [program, 'next', '--project_id', '1'], ms: [] },
  ];
  for (let round = -WARM_UP; round < ROUNDS; round += 1)
    for (const { name, args, ms } of contestants) {
      const began = performance.now();
      const ended = spawnSync(process.execPath, args, {
        cwd: home,
        env: { ...process.env, LLMCLIS_HOME: home },
        encoding: 'utf8',
      });
      const took = performance.now() - began;
      if (ended.status !== 0) throw new Error(`${name} ended with ${ended.status}: ${ended.stderr}${ended.stdout}`);
      if (round >= 0) ms.push(took);
    }
  return contestants;
}

function report(contestants: readonly Contestant[]): void {
  const minima = contestants.map(({ name, ms }) => {
    const sorted = ms.toSorted((a, b) => a - b);
    const [min = Number.NaN] = sorted;
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    console.log(`${name.padEnd(14)} min ${min.toFixed(1)} ms   median ${median.toFixed(1)} ms   (${ms.length} rounds)`);
    return min;
  });
  const [bare = Number.NaN, next = Number.NaN] = minima;
  const ratio = next / bare;
  console.log(
    `ratio of the minima: ${ratio.toFixed(2)} (target: at most ${TARGET}) on ${TASKS} tasks, Node ${process.version}`,
  );
  if (ratio > TARGET) process.exitCode = 1;
}
