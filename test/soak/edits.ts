// Random edits at full count, compared with bytes put together without the editor.
// npm run soak -- edits [count] [seed]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { editOf, shapes, strayFiles, type Tried, tried, triedStray } from '../workspace/edits.ts';

const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 20_261_121);
const folder = mkdtempSync(join(tmpdir(), 'llmclis-edits-'));
const tally = new Map<string, number>();
let failed = 0;

async function run<T>(
  name: string,
  runs: number,
  examples: fc.Arbitrary<T>,
  look: (example: T) => Promise<Tried & { group: string }>,
) {
  const found = await fc.check(
    fc.asyncProperty(examples, async example => {
      const { wrong, refused, group } = await look(example);
      const key = `${group}: ${refused ? 'refused with the reason, file untouched' : 'every byte as expected'}`;
      tally.set(key, (tally.get(key) ?? 0) + 1);
      if (wrong !== null) throw new Error(wrong);
    }),
    { numRuns: runs, seed },
  );
  process.stdout.write(`${name}: ${found.failed ? `FAILED at run ${found.numRuns}` : `${found.numRuns} runs`}\n`);
  if (!found.failed) return;
  failed += 1;
  process.stdout.write(`${String(found.errorInstance)}\n${JSON.stringify(found.counterexample)}\n`);
}

try {
  await run('edits of text', Math.round(count * 0.8), shapes, async shape => {
    const edit = editOf(shape);
    return { ...(await tried(folder, edit)), group: `${edit.encoding}, ${edit.how}` };
  });
  await run('edits of any bytes', Math.round(count * 0.2), strayFiles, async bytes => ({
    ...(await triedStray(folder, bytes)),
    group: 'any bytes, replace',
  }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [key, times] of [...tally].sort()) process.stdout.write(`  ${String(times).padStart(6)}  ${key}\n`);
process.stdout.write(failed === 0 ? 'all edits kept their bytes\n' : 'some edits are wrong\n');
process.exitCode = failed === 0 ? 0 : 1;
