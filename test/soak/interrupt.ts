// Interrupts the demo (as Ctrl-C does) at journal events, runs it again, and compares the end.
// npm run soak -- interrupt [from] [step] [to]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { interruptAt, layOutQuick, outcomeOf, runDemo } from '../support/demo.ts';

const [from = '1', step = '1', to = '1000000'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'llmclis-soak-'));
const whole = join(folder, 'whole');
layOutQuick(whole);
const events = await runDemo(whole);
const expected = outcomeOf(whole);

const last = Math.min(Number(to), events.length - 1);
let passed = 0;
let failed = 0;
for (let seq = Number(from); seq <= last; seq += Number(step)) {
  const broken = join(folder, `at-${seq}`);
  layOutQuick(broken);
  await interruptAt(broken, seq);
  await runDemo(broken);
  // A turn that was cut short is made again, so dates and costs differ, but nothing that is checked.
  const outcome = outcomeOf(broken);
  if (isDeepStrictEqual(outcome, expected)) passed++;
  else {
    failed++;
    const differs = Object.keys(expected).filter(
      key => !isDeepStrictEqual(outcome[key as keyof typeof outcome], expected[key as keyof typeof expected]),
    );
    process.stdout.write(
      `event ${seq} (${events[seq - 1]?.type}): ${differs.join(', ')} differ; done ${outcome.done.join(' ')}\n`,
    );
  }
  rmSync(broken, { recursive: true, force: true });
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed (of ${events.length} events)\n`);
process.exitCode = failed === 0 ? 0 : 1;
