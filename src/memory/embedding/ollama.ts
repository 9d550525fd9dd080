import { type Failure, fail, ok, type Result } from '../../core/failure.ts';
import type { Embedder } from './embedder.ts';
import { prefixesOf } from './prefixes.ts';

export type OllamaOptions = {
  readonly url: string;
  readonly model: string;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds for one answer; the first one loads the model. */
  readonly patience: number;
  /** How long the server keeps the model in memory, as it writes it. */
  readonly keep_alive?: string;
};

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listAt = (value: Json, key: string): readonly unknown[] => {
  const list = value[key];
  return Array.isArray(list) ? list : [];
};

/** Texts sent at once: one that is refused refuses them all. */
const BATCH = 16;
/** Milliseconds for an answer about a model. */
const LOOK_UP_MS = 5_000;
/** Where a server does not say how much its model reads. */
const WINDOW = 512;
/** Longer pieces say too many things at once to be found by one of them: about 350 words. */
const LONGEST = 2048;

/** An embedding model of an Ollama server, asked by `/api/embed`; its digest is its identity. */
export async function openOllamaEmbedder(options: OllamaOptions, signal: AbortSignal): Promise<Result<Embedder>> {
  // Looking up loads no model, so it is waited for no longer than people wait.
  const ask = asker({ ...options, patience: Math.min(options.patience, LOOK_UP_MS) });
  const tags = await ask('GET', '/api/tags', undefined, signal);
  if (!tags.ok) return tags;
  const wanted = [options.model, `${options.model}:latest`];
  const found = listAt(tags.value, 'models').find(one => isJson(one) && wanted.includes(String(one.name)));
  if (!isJson(found) || typeof found.digest !== 'string')
    return fail(
      'provider.model_missing',
      `Ollama at ${options.url} has no model ${options.model}.`,
      `Get it: ollama pull ${options.model}`,
    );
  if ('remote_host' in found)
    return fail(
      'provider.bad_request',
      `${options.model} runs in Ollama's cloud, not on this machine.`,
      'Take an embedding model that is here, such as nomic-embed-text.',
    );
  const shown = await ask('POST', '/api/show', { model: options.model }, signal);
  if (!shown.ok) return shown;
  const abilities = listAt(shown.value, 'capabilities');
  if (abilities.length > 0 && !abilities.includes('embedding'))
    return fail(
      'provider.bad_request',
      `${options.model} makes no embeddings: it can do ${abilities.join(', ')}.`,
      'Take an embedding model, such as nomic-embed-text.',
    );
  const dimension = await dimensionOf(shown.value, options, signal);
  if (!dimension.ok) return dimension;
  const name = `ollama:${options.model}@${found.digest.replace(/^sha256:/, '').slice(0, 16)}`;
  return ok(
    ollamaEmbedder(options, asker(options), { name, dimension: dimension.value, window: windowOf(shown.value) }),
  );
}

/** What the server says of the model; an old server says nothing, and is asked for one vector. */
async function dimensionOf(shown: Json, options: OllamaOptions, signal: AbortSignal): Promise<Result<number>> {
  const said = infoAt(shown, '.embedding_length');
  if (said !== null) return ok(said);
  const tried = await embedAll(asker(options), options, ['dimension'], signal);
  return tried.ok ? ok(tried.value[0]?.length ?? 0) : tried;
}

type Ask = (
  method: 'GET' | 'POST',
  path: string,
  body: object | undefined,
  signal: AbortSignal,
) => Promise<Result<Json>>;
type Facts = { readonly name: string; readonly dimension: number; readonly window: number };

function ollamaEmbedder(options: OllamaOptions, ask: Ask, { name, dimension, window }: Facts): Embedder {
  const prefixes = prefixesOf(options.model);
  return {
    model: { name, dimension, pooling: 'server', dtype: 'server', ...prefixes, max_tokens: window },
    location: `${options.url} ${options.model}`,
    async embed(texts, kind, signal) {
      const prefix = kind === 'text' ? prefixes.text_prefix : prefixes.query_prefix;
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += BATCH) {
        const batch = texts.slice(at, at + BATCH).map(text => prefix + text);
        const made = await embedAll(ask, options, batch, signal);
        if (!made.ok) return made;
        if (made.value.some(vector => vector.length !== dimension))
          return fail(
            'embedder.unavailable',
            `${options.model} gives another dimension than before.`,
            'Start again: llmclis memory enable --ollama NAME',
          );
        vectors.push(...made.value);
      }
      return ok(vectors);
    },
    // The server counts nothing without embedding it; no tokenizer makes more than one token of a byte.
    tokens: async text => ok(Buffer.byteLength(text) + 2),
    close: async () => {},
  };
}

function infoAt(shown: Json, ending: string): number | null {
  const info = isJson(shown.model_info) ? shown.model_info : {};
  const said = Object.entries(info).find(([key]) => key.endsWith(ending))?.[1];
  return typeof said === 'number' && said > 0 ? said : null;
}

const windowOf = (shown: Json): number => Math.min(infoAt(shown, '.context_length') ?? WINDOW, LONGEST);

async function embedAll(
  ask: Ask,
  { model, url, keep_alive = '5m' }: OllamaOptions,
  input: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly Float32Array[]>> {
  const answer = await ask('POST', '/api/embed', { model, input, truncate: false, keep_alive }, signal);
  if (!answer.ok) return answer;
  const vectors = listAt(answer.value, 'embeddings').map(unitVector);
  const whole = vectors.filter(vector => vector !== null);
  if (whole.length === input.length && vectors.length === input.length) return ok(whole);
  return fail(
    'embedder.unavailable',
    `Ollama at ${url} answered ${input.length} texts with ${whole.length} vectors.`,
    `Look whether ${model} is an embedding model: ollama show ${model}`,
  );
}

function unitVector(value: unknown): Float32Array | null {
  // What is no number would count as 0.
  if (!Array.isArray(value) || !value.every(part => typeof part === 'number')) return null;
  const vector = Float32Array.from(value);
  const length = Math.hypot(...vector);
  return Number.isFinite(length) && length > 0 ? vector.map(part => part / length) : null;
}

function asker({ url, fetch, patience, model }: OllamaOptions): Ask {
  const down = (why: string): Failure => ({
    code: 'provider.unreachable',
    message: `Ollama does not answer at ${url}: ${why}.`,
    hint: 'Start it: ollama serve',
  });
  return async (method, path, body, signal) => {
    const limit = AbortSignal.timeout(patience);
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        signal: AbortSignal.any([signal, limit]),
        // A packed answer waits for a delayed acknowledgement, tens of milliseconds each.
        headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const value = jsonOf(text);
      if (response.ok && value !== null) return ok(value);
      return { ok: false, error: refused(response.status, String(value?.error ?? text).slice(0, 300), model, url) };
    } catch (problem) {
      if (signal.aborted) return fail('interrupted', 'Embedding was interrupted.', 'It goes on the next time.');
      if (limit.aborted)
        return fail(
          'provider.timeout',
          `Ollama at ${url} did not answer within ${patience / 1000} seconds.`,
          'Look what it does: ollama ps',
        );
      return { ok: false, error: down(reasonOf(problem)) };
    }
  };
}

const reasonOf = (problem: unknown): string => {
  const cause = problem instanceof Error && problem.cause instanceof Error ? problem.cause : problem;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};

function jsonOf(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

function refused(status: number, said: string, model: string, url: string): Failure {
  const message = `Ollama at ${url} refused (${status}): ${said}`;
  if (status === 404) return { code: 'provider.model_missing', message, hint: `Get it: ollama pull ${model}` };
  if (/context length|context size/.test(said))
    return { code: 'model.context_exceeded', message, hint: 'Take an embedding model that reads more at once.' };
  if (status >= 500) return { code: 'provider.overloaded', message, hint: 'Try again later: llmclis memory reindex' };
  return { code: 'provider.bad_request', message, hint: `Look whether it makes embeddings: ollama show ${model}` };
}
