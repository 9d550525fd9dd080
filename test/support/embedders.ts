import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../../src/core/failure.ts';
import type { Embedder } from '../../src/memory/embedding/embedder.ts';

export const SHARED = process.env.LLMCLIS_SHARED ?? join(import.meta.dirname, '../../../shared');
const MINILM = join(SHARED, 'data', 'models', 'all-MiniLM-L6-v2');
/** The folder of the real model, or null where the shared data is not there. */
export const realModel = (): string | null => (existsSync(join(MINILM, 'onnx')) ? MINILM : null);

export const never = new AbortController().signal;

export type TestEmbedder = Embedder & {
  /** Texts that it was asked for, prefixes included. */
  readonly asked: string[];
};

type TestModel = {
  readonly name?: string;
  readonly dimension?: number;
  readonly max_tokens?: number;
  readonly text_prefix?: string;
  readonly query_prefix?: string;
  /** `words`: texts with the same words are near each other; `random`: vectors mean nothing. */
  readonly kind?: 'words' | 'random';
};

/** Makes vectors out of hashes at once: what a text gets depends on the text and the name alone. */
export function testEmbedder(model: TestModel = {}): TestEmbedder {
  const {
    name = 'test:a',
    dimension = 32,
    max_tokens = 200,
    text_prefix = '',
    query_prefix = '',
    kind = 'words',
  } = model;
  const asked: string[] = [];
  const vectorOf = (text: string): Float32Array => {
    const words = kind === 'random' ? [text] : (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']);
    const sum = new Float32Array(dimension);
    for (const word of words) {
      const bytes = createHash('shake256', { outputLength: dimension }).update(`${name} ${word}`).digest();
      for (let at = 0; at < dimension; at++) sum[at] = (sum[at] ?? 0) + ((bytes[at] ?? 0) - 127.5);
    }
    const length = Math.hypot(...sum) || 1;
    return sum.map(value => value / length);
  };
  return {
    asked,
    model: { name, dimension, pooling: 'mean', dtype: 'fp32', text_prefix, query_prefix, max_tokens },
    location: `/models/${name}`,
    embed: async (texts, of) => {
      const whole = texts.map(text => (of === 'text' ? text_prefix : query_prefix) + text);
      asked.push(...whole);
      return ok(whole.map(vectorOf));
    },
    tokens: async text => ok(text.split(/\s+/).filter(word => word !== '').length + 2),
    close: async () => {},
  };
}
