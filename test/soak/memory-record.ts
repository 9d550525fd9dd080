// The record of memory at full count: random histories against a plain list, then taken to another database and back.
// npm run soak -- memory-record [histories] [seed]
import fc from 'fast-check';
import { comesBack } from '../memory/exchange-fixtures.ts';
import { operations, playHistory } from '../memory/record-model.ts';

const [numRuns = 1_000, seed = 20_261_121] = process.argv.slice(2).map(Number);
const began = Date.now();
await fc.assert(fc.asyncProperty(operations, playHistory), { numRuns, seed });
fc.assert(fc.property(operations, comesBack), { numRuns, seed: seed + 1 });
const seconds = Math.round((Date.now() - began) / 1000);
process.stdout.write(
  `${numRuns} random histories as in a plain list, ${numRuns} exported and imported equal (${seconds} s)\n`,
);
