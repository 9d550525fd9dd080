// Ten tasks in every way a turn can end; kill -9 at events, looks at the clock and git commands, each time gone on with.
// npm run soak -- kill-ten [kills] [seed] [kills in one run]
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seeded } from '../support/km-operations.ts';
import { KILL_KINDS, type KillPoint, tenWithKills, wholeTen } from '../support/ten-kills.ts';

const [kills = 200, seed = 1, most = 25] = process.argv.slice(2).map(Number);
const random = seeded(seed);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-soak-')));
const whole = await wholeTen(join(folder, 'whole'));
/** Largest step to the next kill of each kind, so that a whole run has room for about so many. */
const STEPS = { event: 28, look: 60, 'git-before': 75, 'git-after': 75 } as const;
const began = performance.now();
let [killed, repeated, runs, failed] = [0, 0, 0, 0];
while (killed < kills) {
  runs += 1;
  const points = Array.from({ length: Math.min(most, kills - killed) }, (_, index): KillPoint => {
    const kind = KILL_KINDS[(runs + index) % KILL_KINDS.length] ?? 'event';
    return { kind, place: 1 + Math.floor(random() * STEPS[kind]) };
  });
  const place = join(folder, `run-${runs}`);
  const outcome = await tenWithKills(place, points, whole).catch((problem: unknown) => ({
    killed: 0,
    repeated: 0,
    problems: [String(problem)],
  }));
  killed += outcome.killed;
  repeated += outcome.repeated;
  if (outcome.problems.length === 0) rmSync(place, { recursive: true, force: true });
  else {
    failed += 1;
    process.stdout.write(`run ${runs} ${JSON.stringify(points)}\n  ${outcome.problems.join('\n  ')}\nkept: ${place}\n`);
    if (outcome.killed === 0) break;
  }
  process.stdout.write(`${killed} kills in ${runs} runs, ${Math.round((performance.now() - began) / 1000)} s\n`);
}
if (failed === 0) rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${killed} kills, ${repeated} model calls repeated\n`);
process.stdout.write(`${runs - failed} passed, ${failed} failed (runs of ten tasks)\n`);
process.exitCode = failed === 0 ? 0 : 1;
