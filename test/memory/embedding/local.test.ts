import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fail, ok } from '../../../src/core/failure.ts';
import type { Embedder } from '../../../src/memory/embedding/embedder.ts';
import { readModelFolder } from '../../../src/memory/embedding/folder.ts';
import { piecesOf } from '../../../src/memory/embedding/input.ts';
import { openLocal } from '../../../src/memory/embedding/local.ts';
import { messageOf, must } from '../../km/fixtures.ts';
import { never, realModel } from '../../support/embedders.ts';
import { temporaryFolder } from '../../support/repository.ts';
import { writeTinyModel } from '../../support/tiny-onnx.ts';

const root = join(import.meta.dirname, '../../..');
const from = join(root, 'package.json');

const opened = async (folder: string, more: object = {}) => {
  const digests = new Map<string, string>();
  const cache = {
    get: (key: string) => digests.get(key),
    set: (key: string, digest: string) => void digests.set(key, digest),
  };
  return openLocal({ folder, from, digests: cache, patience: 60_000, ...more });
};
const cosine = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  (a ?? new Float32Array()).reduce((sum, value, at) => sum + value * (b?.[at] ?? 0), 0);

describe('a model in a folder', () => {
  const place = mkdtempSync(join(tmpdir(), 'llmclis-local-'));
  const made: Embedder[] = [];
  const shared = (): Embedder => must<Embedder>(made[0] ? ok(made[0]) : fail('input.invalid', 'No model.', ''));
  beforeAll(async () => {
    made.push(must(await opened(writeTinyModel(join(place, 'tiny')))));
  });
  afterAll(async () => {
    await shared().close();
    rmSync(place, { recursive: true, force: true });
  });

  it('makes vectors of unit length in a thread of its own, near for what belongs together', async () => {
    const embedder = shared();
    expect(embedder.model).toMatchObject({ dimension: 16, pooling: 'mean', dtype: 'fp32', max_tokens: 32 });
    expect(embedder.model.name).toMatch(/^local:tiny@[0-9a-f]{16}$/);
    const texts = ['postgres query', 'the database table', 'a cat and a dog'];
    const [query, table, cat] = must(await embedder.embed(texts, 'text', never));
    expect(Math.hypot(...(query ?? []))).toBeCloseTo(1, 5);
    expect(cosine(query, table)).toBeGreaterThan(0.8);
    expect(cosine(query, cat)).toBeLessThan(0.5);
  });

  it('embeds a text alone: its vector does not depend on what else is asked', async () => {
    const embedder = shared();
    const [alone] = must(await embedder.embed(['rain and snow'], 'text', never));
    const [, among] = must(await embedder.embed(['a long text of the server', 'rain and snow', 'cat'], 'text', never));
    expect(among).toEqual(alone);
  });

  it('counts by its own tokenizer, so that no piece is cut', async () => {
    const embedder = shared();
    expect(must(await embedder.tokens('the cat zzz'))).toBe(7);
    const text = 'The database of the server listens on a port. '.repeat(20);
    const pieces = must(await piecesOf({ text, agent: 'coder', created_at: '2026-11-21T09:00:00Z' }, embedder));
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(must(await embedder.tokens(piece.text))).toBeLessThanOrEqual(32);
  });

  it('pools as its folder says, and takes the weights that are there', async () => {
    const folder = writeTinyModel(join(temporaryFolder(), 'tiny'), { weights: 'model_quantized.onnx' });
    mkdirSync(join(folder, '1_Pooling'));
    const says = (modes: object): void => writeFileSync(join(folder, '1_Pooling/config.json'), JSON.stringify(modes));
    says({ word_embedding_dimension: 16, pooling_mode_cls_token: true, pooling_mode_mean_tokens: false });
    expect(must(readModelFolder(folder))).toMatchObject({ pooling: 'cls', dtype: 'q8' });
    says({ pooling_mode_cls_token: false, pooling_mode_lasttoken: true });
    expect(must(readModelFolder(folder)).pooling).toBe('last');
    says({ pooling_mode_max_tokens: true });
    expect(messageOf(readModelFolder(folder))).toContain('pooling_mode_max_tokens');
    writeFileSync(
      join(folder, 'config_sentence_transformers.json'),
      '{"prompts": {"query": "ask: ", "document": "doc: "}}',
    );
    says({ pooling_mode_mean_tokens: true });
    expect(must(readModelFolder(folder))).toMatchObject({
      pooling: 'mean',
      query_prefix: 'ask: ',
      text_prefix: 'doc: ',
    });
  });

  it('is another model with other weights, and the same one in another folder', async () => {
    const folder = temporaryFolder();
    const name = async (place: string, seed: number) => {
      const embedder = must(await opened(writeTinyModel(join(folder, place, 'tiny'), { seed })));
      return embedder.model.name;
    };
    expect(await name('a', 1)).toBe(await name('b', 1));
    expect(await name('a', 1)).not.toBe(await name('c', 2));
  });

  it.each([
    ['config.json', 'has no config.json'],
    ['tokenizer.json', 'has no tokenizer.json'],
    ['tokenizer_config.json', 'has no tokenizer_config.json'],
    ['onnx/model.onnx', 'has no weights'],
  ])('is refused without %s, with the next step', async (file, says) => {
    const folder = writeTinyModel(join(temporaryFolder(), 'tiny'));
    rmSync(join(folder, file));
    const refused = await opened(folder);
    expect(messageOf(refused)).toContain(says);
    expect(refused.ok || refused.error.hint).toContain('onnx/model.onnx');
  });

  it('is refused where there is no folder, with the reason', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(messageOf(await opened(join(folder, 'none')))).toContain('There is no folder');
    expect(messageOf(await opened(join(folder, 'file')))).toContain('is a file');
    expect(messageOf(await opened('models/tiny'))).toContain('is no whole path');
  });

  it('says what is wrong with weights and tokenizers that cannot be read', async () => {
    const folder = writeTinyModel(join(temporaryFolder(), 'tiny'));
    writeFileSync(join(folder, 'onnx/model.onnx'), 'no weights at all');
    const broken = must(await opened(folder));
    expect(messageOf(await broken.embed(['a'], 'text', never))).toContain('The model in');
    await broken.close();
    const other = writeTinyModel(join(temporaryFolder(), 'tiny'));
    writeFileSync(join(other, 'tokenizer.json'), '{}');
    const mute = must(await opened(other));
    expect(messageOf(await mute.embed(['a'], 'text', never))).toContain(other);
    await mute.close();
  });

  it('answers every open question when its thread ends, and none after that', async () => {
    const embedder = must(await opened(writeTinyModel(join(temporaryFolder(), 'tiny'))));
    const waiting = embedder.embed(['a', 'b', 'c'], 'text', never);
    await embedder.close();
    expect(messageOf(await waiting)).toContain('closed');
    expect(messageOf(await embedder.tokens('a'))).toContain('closed');
  });

  it('ends a thread that does not answer in time', async () => {
    const embedder = must(await opened(writeTinyModel(join(temporaryFolder(), 'tiny')), { patience: 1 }));
    expect(messageOf(await embedder.embed(['a'], 'text', never))).toContain('did not answer within');
  });

  it('says when its thread dies, and asks it nothing more', async () => {
    const place = temporaryFolder();
    const fake = join(place, 'node_modules/@huggingface/transformers');
    mkdirSync(fake, { recursive: true });
    writeFileSync(join(fake, 'index.js'), 'process.exit(3);');
    const embedder = must(await opened(writeTinyModel(join(place, 'tiny')), { from: join(place, 'package.json') }));
    const both = [embedder.embed(['a'], 'text', never), embedder.tokens('b')];
    for (const answer of await Promise.all(both)) expect(messageOf(answer)).toContain('ended with code 3');
    expect(messageOf(await embedder.embed(['a'], 'query', never))).toContain('ended with code 3');
  });

  it('is not torn away while it loads its model: that would end the whole program', async () => {
    const place = temporaryFolder();
    const fake = join(place, 'node_modules/@huggingface/transformers');
    mkdirSync(fake, { recursive: true });
    writeFileSync(
      join(fake, 'index.js'),
      `const { writeFileSync } = require('node:fs');
exports.env = {};
exports.pipeline = async (task, folder) => {
  writeFileSync(folder + '/began', '');
  await new Promise(resolve => setTimeout(resolve, 200));
  writeFileSync(folder + '/loaded', '');
};`,
    );
    const folder = writeTinyModel(join(place, 'tiny'));
    const embedder = must(await opened(folder, { from: join(place, 'package.json') }));
    const waiting = embedder.embed(['a'], 'text', never);
    await expect.poll(() => existsSync(join(folder, 'began')), { timeout: 10_000 }).toBe(true);
    await embedder.close();
    expect(existsSync(join(folder, 'loaded'))).toBe(true);
    expect(messageOf(await waiting)).toContain('closed');
  });

  it('says when the package is not there', async () => {
    const folder = writeTinyModel(join(temporaryFolder(), 'tiny'));
    const embedder = must(await opened(folder, { from: join(folder, 'package.json') }));
    expect(messageOf(await embedder.embed(['a'], 'text', never))).toContain(
      '@huggingface/transformers is not installed',
    );
    await embedder.close();
  });

  it('keeps no program alive, and ends with it on Ctrl-C', async () => {
    const folder = writeTinyModel(join(temporaryFolder(), 'tiny'));
    const child = join(root, 'test/support/embed-child.ts');
    const run = (...words: string[]) =>
      promisify(execFile)(process.execPath, [child, folder, ...words], { timeout: 60_000 });
    expect((await run()).stdout).toBe('16\n');
    await expect(run('interrupt')).rejects.toMatchObject({ signal: 'SIGINT' });
  });

  it.skipIf(realModel() === null)('may be the real all-MiniLM-L6-v2 (needs the shared data)', async () => {
    const embedder = must(await opened(realModel() ?? ''));
    expect(embedder.model).toMatchObject({ dimension: 384, dtype: 'q8', pooling: 'mean', max_tokens: 256 });
    const texts = ['The server listens on a port.', 'Which socket does the daemon bind to?', 'We baked bread.'];
    const [port, socket, bread] = must(await embedder.embed(texts, 'text', never));
    expect(cosine(port, socket)).toBeGreaterThan(cosine(port, bread) + 0.2);
    await embedder.close();
  });

  it('may be copied elsewhere: nothing in it names its place', async () => {
    const copy = join(temporaryFolder(), 'copy of it', 'tiny');
    cpSync(join(place, 'tiny'), copy, { recursive: true });
    expect(must(await opened(copy)).model).toEqual(shared().model);
  });
});
