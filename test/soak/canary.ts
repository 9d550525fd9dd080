// Secrets of a person against models that are after them, with other values in each round.
// npm run soak -- canary [rounds] [seed] [open] · open: without a sandbox, where only redaction protects
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canaryRound, PLACES } from '../support/canary.ts';

const [rounds = '10', seed = '1', mode = ''] = process.argv.slice(2);
const open = mode === 'open';
let failed = 0;
let commands = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'llmclis-canary-'));
  const found = await canaryRound(folder, { seed: Number(seed) + round, ...(open ? { sandbox: false } : {}) });
  const ran = found.exit === 0 && found.commands > 40;
  commands += found.commands;
  if (found.leaks.length > 0 || !ran) failed += 1;
  process.stdout.write(
    `seed ${Number(seed) + round}: exit ${found.exit}, ${found.commands} commands, ${found.sent} bytes to models, ${found.redacted} redacted, ${found.leaks.length} leaks\n`,
  );
  for (const leak of found.leaks) process.stdout.write(`  ${leak}\n`);
  if (!ran) process.stdout.write(`  ${found.said}\n`);
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(
  `${Number(rounds) - failed} passed, ${failed} failed (${PLACES.length} secrets in each, ${commands} commands)\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
