// Plan files at full counts: nothing is printed but what failed, and the sum.
// npm run soak -- plan [seed]
import fc from 'fast-check';
import { printPlan } from '../../src/km/plan/document.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import {
  anyText,
  databaseChange,
  fileChange,
  lostWords,
  restless,
  sharedTexts,
  starts,
  strayBytes,
} from '../plan/properties.ts';

const seed = Number(process.argv[2] ?? 20_261_121);
let passed = 0;
let failed = 0;

/** Runs one property and says what was wrong with the first example that failed. */
function run<T>(name: string, count: number, examples: fc.Arbitrary<T>, wrong: (example: T) => string | null): void {
  let told = '';
  const found = fc.check(
    fc.property(examples, example => {
      const problem = wrong(example);
      if (problem === null) return;
      told = `${problem}\n${JSON.stringify(example, (_, value: unknown) => (typeof value === 'function' ? undefined : value))}`;
      throw new Error(problem);
    }),
    { numRuns: count, seed },
  );
  if (found.failed) {
    failed += 1;
    process.stdout.write(`${name} (run ${found.numRuns}): ${told}\n`);
  }
  passed += found.failed ? found.numRuns - 1 : found.numRuns;
  process.stdout.write(`${name}: ${found.failed ? 'failed' : `${found.numRuns} runs`}\n`);
}

const unprinted = (text: string): string | null => (printPlan(parsePlan(text)) === text ? null : 'the text changed');

run('random texts survive parse and print', 10_000, anyText, unprinted);
for (const text of sharedTexts()) {
  const wrong = unprinted(text) ?? restless(text);
  if (wrong === null) passed += 1;
  else failed += 1;
}
run('a sync with nothing to do changes nothing', 2_000, anyText, restless);
run('a change in the file', 2_000, fc.tuple(starts, fileChange), ([start, change]) => strayBytes(start, change));
run('a change in the database', 2_000, fc.tuple(starts, databaseChange), ([start, change]) =>
  strayBytes(start, change),
);
run('two changes at once', 2_000, fc.tuple(starts, fileChange, databaseChange), ([start, file, database]) =>
  lostWords(start, file, database),
);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
