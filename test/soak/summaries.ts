// Summaries at full counts: extracts of random texts. npm run soak -- summaries [seed]
import fc from 'fast-check';
import { sourceText, wrongExtract } from '../memory/summary-properties.ts';

const RUNS = 20_000;
const seed = Number(process.argv[2] ?? 20_261_121);
const found = fc.check(
  fc.property(sourceText, fc.integer({ min: 60, max: 400 }), (source, most) => {
    const wrong = wrongExtract(source, most);
    if (wrong !== null) throw new Error(`${wrong}\n${JSON.stringify(source)}`);
  }),
  { numRuns: RUNS, seed },
);
if (found.failed) process.stdout.write(`run ${found.numRuns}: ${fc.defaultReportMessage(found) ?? ''}\n`);
process.stdout.write(
  `${found.failed ? found.numRuns - 1 : found.numRuns} extracts of random texts: shorter, whole, nothing made up, twice the same; ${found.failed ? 1 : 0} failed\n`,
);
process.exitCode = found.failed ? 1 : 0;
