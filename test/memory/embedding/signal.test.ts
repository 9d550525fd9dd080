import { describe, expect, it } from 'vitest';
import { knownSignal } from '../../../src/memory/embedding/known.ts';
import { carriesSignal, correlationOf } from '../../../src/memory/embedding/signal.ts';
import { must } from '../../km/fixtures.ts';
import { never, realModel, testEmbedder } from '../../support/embedders.ts';
import { locomo, locomoIsThere } from '../../support/locomo-vectors.ts';

const SUBJECTS = ['parser', 'server', 'printer', 'journal', 'ladder', 'budget', 'claim'];
const DOES = ['keeps', 'drops', 'counts', 'reads', 'writes'];
const THINGS = ['comments', 'ports', 'lines', 'tokens', 'rows'];
function chanceOf(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
const texts = (count: number): readonly string[] => {
  const chance = chanceOf(5);
  const pick = (words: readonly string[]): string => words[chance(words.length)] ?? '';
  return Array.from(
    { length: count },
    (_, at) => `The ${pick(SUBJECTS)} ${pick(DOES)} its ${pick(THINGS)} at step ${at}.`,
  );
};
const measured = async (count: number, kind: 'words' | 'random', shuffled = false): Promise<number | null> => {
  const all = texts(count);
  const vectors = [...must(await testEmbedder({ kind, dimension: 64 }).embed(all, 'text', never))];
  const chance = chanceOf(11);
  if (shuffled) vectors.sort(() => chance(3) - 1);
  return correlationOf(all.map((text, at) => ({ text, vector: vectors[at] ?? new Float32Array(64) })));
};

describe('the signal of vectors', () => {
  it('is there where vectors agree with words, and not where they mean nothing or belong to other texts', async () => {
    for (const entries of [60, 400, 2000]) {
      expect(await measured(entries, 'words')).toBeGreaterThan(0.1);
      expect(await measured(entries, 'random')).toBeLessThan(0.1);
      expect(await measured(entries, 'words', true)).toBeLessThan(0.1);
    }
  });

  it('is not told from few entries, nor from such as share nothing', async () => {
    expect(await measured(39, 'words')).toBeNull();
    expect(await measured(40, 'words')).not.toBeNull();
    const apart = Array.from({ length: 50 }, (_, at) => ({ text: `w${at}`, vector: Float32Array.of(1, at) }));
    expect(correlationOf(apart)).toBeNull();
    const same = Array.from({ length: 50 }, () => ({ text: 'the same', vector: Float32Array.of(1, 0) }));
    expect(correlationOf(same)).toBeNull();
    expect(correlationOf([])).toBeNull();
  });

  it('is what known sentences show where a project cannot tell', async () => {
    const know = async (kind: 'words' | 'random', name: string) =>
      must(await knownSignal(testEmbedder({ kind, name, dimension: 512 }), never));
    expect(await know('words', 'test:a')).toBeGreaterThan(0.4);
    for (let at = 0; at < 50; at++) expect(await know('random', `test:${at}`)).toBe(0);
  });

  it('decides at a tenth', () => {
    expect(carriesSignal({ correlation: 0.1, entries: 40 })).toBe(true);
    expect(carriesSignal({ correlation: 0.099, entries: 4000 })).toBe(false);
  });

  it.skipIf(!locomoIsThere())('keeps vectors without meaning out of recall (needs the shared data)', async () => {
    const sample = { convs: 1, every: 4 };
    const text = await locomo(null, sample);
    const random = await locomo(testEmbedder({ kind: 'random', dimension: 64 }), sample);
    expect(random.signals[0]).toBeLessThan(0.1);
    expect([random.recall5, random.recall10, random.mrr]).toEqual([text.recall5, text.recall10, text.mrr]);
    expect(text.questions).toBeGreaterThan(20);
  });

  it.skipIf(!locomoIsThere() || realModel() === null)('lets the real model help (needs the shared data)', async () => {
    const { openLocal } = await import('../../../src/memory/embedding/local.ts');
    const digests = { get: () => undefined, set: () => {} };
    const from = new URL('../../../package.json', import.meta.url).pathname;
    const real = must(await openLocal({ folder: realModel() ?? '', from, digests, patience: 60_000 }));
    const figures = await locomo(real, { convs: 1, turns: 100, every: 2 });
    await real.close();
    expect(figures.signals[0]).toBeGreaterThan(0.15);
    expect(figures.recall10).toBeGreaterThan(0.7);
  });
});
