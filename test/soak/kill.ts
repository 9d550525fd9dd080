// Kills the demo at every journal event (or every STEP-th look at the clock with `looks`), runs it again, and compares the end.
// npm run soak -- kill [from] [step] · npm run soak -- kill looks [count]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { layOutQuick, outcomeOf, runAndKill, runDemo } from '../support/demo.ts';

const [mode = '1', argument = '1'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'llmclis-soak-'));
const whole = join(folder, 'whole');
const looking = mode === 'looks';
layOutQuick(whole);
const events = await runDemo(whole);
const expected = outcomeOf(whole);
layOutQuick(join(folder, 'counted'));
const total = looking ? runAndKill(join(folder, 'counted'), { looks: 1_000_000_000 }).lastSeq : events.length;
const places = looking
  ? Array.from({ length: Number(argument) }, (_, place) =>
      Math.max(1, Math.floor(((place + 0.5) * total) / Number(argument))),
    )
  : Array.from({ length: total }, (_, place) => place + 1).filter(
      seq => seq >= Number(mode) && (seq - Number(mode)) % Number(argument) === 0,
    );
let failed = 0;
/** Runs the rest; the problem when that fails. */
const goOn = (broken: string): Promise<string | null> =>
  runDemo(broken).then(
    () => null,
    (problem: unknown) => String(problem),
  );

for (const place of places) {
  const broken = join(folder, `at-${place}`);
  layOutQuick(broken);
  const { killed } = runAndKill(broken, looking ? { looks: place } : { seq: place });
  const problem = killed && place !== total ? await goOn(broken) : null;
  const outcome = outcomeOf(broken);
  const same = problem === null && isDeepStrictEqual(outcome, expected);
  if (!same) {
    failed++;
    process.stdout.write(
      `${looking ? 'look' : 'event'} ${place} (${events[place - 1]?.type ?? ''}): ${problem ?? 'another end'}\n${JSON.stringify(outcome, null, 1)}\n`,
    );
  }
  rmSync(broken, { recursive: true, force: true });
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `${places.length - failed} passed, ${failed} failed (of ${total} ${looking ? 'looks at the clock' : 'events'})\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
