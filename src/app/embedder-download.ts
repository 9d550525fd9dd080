import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fail, ok, type Result } from '../core/failure.ts';
import { openTransport } from '../models/transport.ts';
import type { AppCore } from './core.ts';
import { modelsFolder } from './embedding.ts';
import type { EnableTalk } from './embedding-types.ts';
import { removeLeftovers } from './leftovers.ts';

export const USUAL_MODEL = 'Xenova/all-MiniLM-L6-v2';
const HUB = 'https://huggingface.co';
const CONNECT_S = 15;
const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'];
const WELCOME = [
  'special_tokens_map.json',
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  '1_Pooling/config.json',
];
const NAME = /^[\w.-]+\/[\w.-]+$/;
const MEGABYTE = 1_000_000;

type Fetch = typeof globalThis.fetch;

/** Gets a model from its hub into the user's folder after a person agreed to its name and size. Gives the folder. */
export async function downloadModel(
  core: AppCore,
  name: string,
  talk: EnableTalk,
): Promise<Result<{ readonly folder: string; readonly fresh: boolean }>> {
  if (!NAME.test(name) || name.includes('..'))
    return fail(
      'input.invalid',
      `${name} is no name of a model on the hub.`,
      `Give OWNER/NAME, such as ${USUAL_MODEL}.`,
    );
  const folder = join(modelsFolder(core), ...name.split('/'));
  if (existsSync(folder)) return ok({ folder, fresh: false });
  const hub = (core.env.HF_ENDPOINT || HUB).replace(/\/+$/, '');
  const base = `${hub}/${name}/resolve/main/`;
  const fetch = await openTransport(CONNECT_S);
  const weights = await sizeOf(fetch, `${base}onnx/model_quantized.onnx`, talk.signal);
  if (!weights.ok) return weights;
  const size = weights.value === null ? 'an unknown number of' : `about ${Math.ceil(weights.value / MEGABYTE)}`;
  if (!(await talk.confirm(`Download ${name} (${size} MB) from ${hub} into ${folder}?`)))
    return fail(
      'interrupted',
      `${name} was not downloaded.`,
      'Give a folder that has a model: llmclis memory enable --model FOLDER',
    );
  const partial = `${folder}.${process.pid}`;
  removeLeftovers(folder);
  try {
    for (const file of [...NEEDED, ...WELCOME]) {
      talk.say(`Downloading ${file} …`);
      const got = await getFile(fetch, base + file, join(partial, file), talk.signal);
      if (!got.ok && (NEEDED.includes(file) || got.error.code !== 'input.not_found')) return got;
    }
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(partial, folder);
    return ok({ folder, fresh: true });
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const unreachable = (url: string, problem: unknown, signal: AbortSignal) => {
  if (signal.aborted)
    return fail(
      'interrupted',
      'The download was interrupted; nothing of it is left.',
      'Try again: llmclis memory enable --download',
    );
  const cause = problem instanceof Error && problem.cause instanceof Error ? problem.cause : problem;
  const why = cause instanceof Error ? cause.message : String(cause);
  return fail(
    'provider.unreachable',
    `${new URL(url).host} cannot be reached: ${why}.`,
    'Copy a model folder from another machine, then: llmclis memory enable --model FOLDER',
  );
};
const refused = (url: string, status: number) =>
  status === 404 || status === 401
    ? fail(
        'input.not_found',
        `The hub has no ${url}.`,
        `Take a model with onnx/model_quantized.onnx, such as ${USUAL_MODEL}.`,
      )
    : fail('provider.bad_request', `The hub refused ${url} (${status}).`, 'Try again later.');

async function sizeOf(fetch: Fetch, url: string, signal: AbortSignal): Promise<Result<number | null>> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal });
    const length = Number(response.headers.get('content-length'));
    return response.ok ? ok(length > 0 ? length : null) : refused(url, response.status);
  } catch (problem) {
    return unreachable(url, problem, signal);
  }
}

async function getFile(fetch: Fetch, url: string, file: string, signal: AbortSignal): Promise<Result<void>> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) return refused(url, response.status);
    mkdirSync(dirname(file), { recursive: true });
    await pipeline(Readable.from(response.body), createWriteStream(file), { signal });
    return ok(undefined);
  } catch (problem) {
    return unreachable(url, problem, signal);
  }
}
