// A change of the embedding model under 10,000 entries, with queries all the while and kill -9 in between.
// npm run soak -- embeddings [entries]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeModel } from '../support/model-change.ts';

const entries = Number(process.argv[2] ?? 10_000);
const folder = mkdtempSync(join(tmpdir(), 'llmclis-embeddings-'));
const share = (part: number): number => Math.floor(entries * part);
const kills = [
  ['embed', share(0.1)],
  ['embed', share(0.3) + 7],
  ['embed', share(0.4) + 31],
  ['drop', share(0.6)],
  ['drop', share(0.2)],
] as const;
try {
  const { wrong, ...report } = await changeModel(join(folder, 'memory.db'), entries, kills);
  for (const problem of wrong.slice(0, 10)) process.stdout.write(`${problem}\n`);
  process.stdout.write(`${entries} entries: ${JSON.stringify({ ...report, wrong: wrong.length })}\n`);
  process.exitCode =
    wrong.length === 0 && report.left === 0 && report.missing === 0 && report.kills === kills.length ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
