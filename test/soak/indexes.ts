// The three indexes beside each other, and a Qdrant server in trouble. npm run soak -- indexes [histories] [troubles] [seed]
import fc from 'fast-check';
import { disagreement, histories } from '../memory/index-histories.ts';
import { playTroubles, troubles } from '../memory/qdrant-troubles.ts';
import { officialApi, startQdrant } from '../servers/qdrant.ts';

const [histories_count = '1000', troubles_count = '300', seed = '20261121'] = process.argv.slice(2);
const api = officialApi();
let passed = 0;
let failed = 0;

/** Runs one property and says what was wrong with the first example that failed. */
async function run<T>(
  name: string,
  count: number,
  examples: fc.Arbitrary<T>,
  wrong: (one: T) => Promise<string | null>,
) {
  let told = '';
  const property = fc.asyncProperty(examples, async one => {
    const problem = await wrong(one);
    if (problem === null) return;
    told = `${problem}\n${JSON.stringify(one)}`;
    throw new Error(problem);
  });
  const found = await fc.check(property, { numRuns: count, seed: Number(seed) });
  if (found.failed) failed += 1;
  passed += found.failed ? found.numRuns - 1 : found.numRuns;
  const why = found.failed ? `${told || String(found.errorInstance)}\n` : '';
  process.stdout.write(`${found.failed ? 'FAILED' : 'ok    '} ${name}: ${found.numRuns} runs\n${why}`);
}

const server = await startQdrant(api);
await run('exact, embedded and Qdrant give the same results', Number(histories_count), histories, async history => {
  const problem = await disagreement(server.url, history);
  return problem ?? server.violations[0] ?? null;
});
process.stdout.write(
  `       ${server.requests.length} requests, ${server.violations.length} against the official description${api === null ? ' (it was not there)' : ''}\n`,
);
await server.close();
await run('after troubles nothing waits and the index is the record', Number(troubles_count), troubles, events =>
  playTroubles(api, events),
);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
