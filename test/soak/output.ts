// Commands that print a gigabyte: what it takes of memory, and what a model is shown.
// npm run soak -- output [bytes]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANARY, floods, measured } from '../workspace/output.ts';

const bytes = Number(process.argv[2] ?? 1_000_000_000);
const folder = mkdtempSync(join(tmpdir(), 'llmclis-output-'));
let failed = 0;
try {
  for (const [name, command] of Object.entries(floods(bytes))) {
    const { grown, bytes: seen, shown, file, output } = await measured(folder, command);
    const leaked = output.includes(CANARY) || (file !== null && readFileSync(file).includes(CANARY));
    // Taking secrets out makes strings, for which the young generation of the heap grows once.
    const most = name === 'a secret in every line' ? 128 : 32;
    const isGood = grown < most * 1024 * 1024 && shown <= 30_000 && seen === bytes && !leaked;
    if (!isGood) failed += 1;
    const size = (grown / 1024 / 1024).toFixed(1);
    process.stdout.write(
      `${isGood ? 'ok    ' : 'FAILED'} ${name}: ${seen} bytes printed, memory grew by ${size} MiB, ${shown} characters shown${leaked ? ', the secret is in it' : ''}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
