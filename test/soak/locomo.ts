// Recall on LoCoMo with vectors, through the product: text alone, the real model, vectors that mean nothing. Needs the shared data.
// npm run soak -- locomo
import { join } from 'node:path';
import { ok } from '../../src/core/failure.ts';
import type { Embedder } from '../../src/memory/embedding/embedder.ts';
import { openLocal } from '../../src/memory/embedding/local.ts';
import { must } from '../km/fixtures.ts';
import { realModel, testEmbedder } from '../support/embedders.ts';
import { type Figures, locomo, locomoIsThere } from '../support/locomo-vectors.ts';

const FLOOR = { recall5: 0.7, recall10: 0.775, mrr: 0.575 };
/** What vectors without meaning may cost. */
const LOSS = 0.01;
/** Texts between one and the other whose vector it gets when they are shuffled. */
const APART = 211;

const folder = realModel();
if (folder === null || !locomoIsThere()) {
  process.stdout.write('skipped: the shared data is not there (LLMCLIS_SHARED)\n');
} else {
  const digests = { get: () => undefined, set: () => {} };
  const real = must(
    await openLocal({ folder, from: join(import.meta.dirname, '../../package.json'), digests, patience: 60_000 }),
  );
  const text = told('text alone', await locomo(null));
  const hybrid = told('all-MiniLM-L6-v2', await locomo(real));
  const random = told('random vectors', await locomo(testEmbedder({ kind: 'random', dimension: 384 })));
  const mixed = told('shuffled vectors', await locomo(shuffled(real)));
  await real.close();
  const low = (figures: Figures): boolean =>
    figures.recall5 < text.recall5 - LOSS || figures.recall10 < text.recall10 - LOSS || figures.mrr < text.mrr - LOSS;
  const good = hybrid.recall5 >= FLOOR.recall5 && hybrid.recall10 >= FLOOR.recall10 && hybrid.mrr >= FLOOR.mrr;
  process.exitCode = good && !low(random) && !low(mixed) ? 0 : 1;
}

function told(name: string, figures: Figures): Figures {
  const { recall5, recall10, mrr, signals, questions, ms } = figures;
  const shown = [recall5, recall10, mrr].map(value => value.toFixed(3)).join(' ');
  const measured = signals.map(value => value.toFixed(3)).join(' ');
  process.stdout.write(
    `${name.padEnd(18)} R@5 R@10 MRR ${shown}  ${questions} questions, ${ms.query.toFixed(1)} ms each, vectors ${(ms.vectors / 1000).toFixed(0)} s${measured && `, signal ${measured}`}\n`,
  );
  return figures;
}

/** The vectors of the real model, each with another text than its own. */
function shuffled(embedder: Embedder): Embedder {
  const before: Float32Array[] = [];
  return {
    ...embedder,
    model: { ...embedder.model, name: 'test:shuffled' },
    embed: async (texts, kind, signal) => {
      const made = await embedder.embed(texts, kind, signal);
      if (!made.ok || kind === 'query') return made;
      before.push(...made.value);
      return ok(made.value.map((vector, at) => before[before.length - made.value.length + at - APART] ?? vector));
    },
  };
}
