// A program that embeds one text and ends by itself; with `interrupt` it is interrupted in the middle of many.
import { join } from 'node:path';
import { openLocal } from '../../src/memory/embedding/local.ts';

const [folder = '', how] = process.argv.slice(2);
const from = join(import.meta.dirname, '../../package.json');
const digests = { get: () => undefined, set: () => {} };
const embedder = await openLocal({ folder, from, digests, patience: 60_000 });
if (!embedder.ok) throw new Error(embedder.error.message);
const signal = new AbortController().signal;
const first = await embedder.value.embed(['a cat'], 'text', signal);
if (how === 'interrupt') {
  const many = embedder.value.embed(
    Array.from({ length: 100_000 }, (_, at) => `cat ${at}`),
    'text',
    signal,
  );
  process.kill(process.pid, 'SIGINT');
  await many;
}
process.stdout.write(`${first.ok ? first.value[0]?.length : first.error.message}\n`);
