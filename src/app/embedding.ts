import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Failure, fail, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Consumer } from '../memory/changes.ts';
import type { DenseSearch } from '../memory/dense.ts';
import { denseSearch } from '../memory/embedding/dense.ts';
import type { Embedder } from '../memory/embedding/embedder.ts';
import type { DigestCache } from '../memory/embedding/folder.ts';
import type { StoredModel } from '../memory/embedding/models.ts';
import type { MemoryIndex } from '../memory/indexes/port.ts';
import type { AppCore } from './core.ts';
import { loadRegistry } from './registry.ts';

export const TRANSFORMERS = '@huggingface/transformers';
const OLLAMA_URL = 'http://127.0.0.1:11434';
const CONNECT_S = 5;
/** Milliseconds for one text, the loading of a large model included. */
const PATIENCE_MS = 120_000;

export const packageFolder = (core: Pick<AppCore, 'home'>): string => join(core.home, 'embedder');
export const modelsFolder = (core: Pick<AppCore, 'home'>): string => join(core.home, 'models');

/** A file from whose folder the package is found: this program's own, else the one that `memory enable` installed. */
export function findPackage(core: Pick<AppCore, 'home' | 'shipped'>): string | null {
  const places = [join(core.shipped, 'package.json'), join(packageFolder(core), 'package.json')];
  return places.find(place => packageAt(place) !== null) ?? null;
}

export function packageAt(from: string): string | null {
  try {
    return createRequire(from).resolve(TRANSFORMERS);
  } catch {
    return null;
  }
}

/** Opens a model of a folder or of Ollama; a local one costs nothing before its first text. */
export async function openEmbedder(
  core: AppCore,
  kind: 'local' | 'ollama',
  model: string,
  {
    settings,
    url,
    signal,
  }: { readonly settings: Settings | null; readonly url?: string; readonly signal: AbortSignal },
): Promise<Result<Embedder>> {
  if (kind === 'local') return openFolder(core, model);
  const host = url ?? ollamaUrl(core);
  if (settings?.mode.value === 'offline' && !isLoopback(host))
    return fail(
      'embedder.unavailable',
      `The mode is offline, and Ollama at ${host} is another machine.`,
      'Take a model of this machine: llmclis memory enable --model FOLDER',
    );
  const { openOllamaEmbedder } = await import('../memory/embedding/ollama.ts');
  const { openTransport } = await import('../models/transport.ts');
  return openOllamaEmbedder({ url: host, model, fetch: await openTransport(CONNECT_S), patience: PATIENCE_MS }, signal);
}

async function openFolder(core: AppCore, folder: string): Promise<Result<Embedder>> {
  const from = findPackage(core);
  if (from === null)
    return fail(
      'embedder.unavailable',
      `${TRANSFORMERS} is not installed.`,
      `Install it: llmclis memory enable --model ${JSON.stringify(folder)}`,
    );
  const { openLocal } = await import('../memory/embedding/local.ts');
  return openLocal({ folder, from, digests: digestCache(core.home), patience: PATIENCE_MS });
}

/** Where Ollama is: what the registry says of this machine's, else its usual place. */
function ollamaUrl(core: AppCore): string {
  const project = core.project();
  const root = project.ok ? project.value.root : null;
  const loaded = loadRegistry({ cwd: core.cwd, project: root, home: core.home, shipped: core.shipped });
  const providers = loaded.ok ? Object.values(loaded.value.registry.providers) : [];
  const found = providers.find(({ kind, location }) => kind === 'ollama' && location === 'local');
  return (found?.base_url ?? OLLAMA_URL).replace(/\/+$/, '');
}

const isLoopback = (url: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(URL.parse(url)?.hostname ?? '');

function digestCache(home: string): DigestCache {
  const file = join(home, 'models', 'digests.json');
  const read = (): Record<string, unknown> => {
    try {
      return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    } catch {
      return {};
    }
  };
  return {
    get(key) {
      const digest = read()[key];
      return typeof digest === 'string' ? digest : undefined;
    },
    set(key, digest) {
      mkdirSync(dirname(file), { recursive: true });
      const written = `${file}.${process.pid}`;
      writeFileSync(written, JSON.stringify({ ...read(), [key]: digest }));
      renameSync(written, file);
    },
  };
}

/** Vectors as the settings want them; nothing is loaded before it is used. */
export type Embedding = {
  /** Makes the vectors; null when the embedder is off. */
  consumer(): Promise<Result<Consumer | null>>;
  /** Search by meaning; null when the embedder is off. */
  dense(index: MemoryIndex, notice: (failure: Failure) => void): DenseSearch | null;
  close(): Promise<void>;
};

export function openEmbedding(core: AppCore, settings: Settings): Embedding {
  const { embedder: kind, embedder_model: model } = {
    embedder: settings.embedder.value,
    embedder_model: settings.embedder_model.value,
  };
  const opened = new Map<string, Promise<Result<Embedder>>>();
  const closing = new AbortController();
  const open = (of: 'local' | 'ollama', name: string, url?: string): Promise<Result<Embedder>> => {
    const key = `${of} ${url ?? ''} ${name}`;
    const options = { settings, signal: closing.signal, ...(url !== undefined && { url }) };
    const known = opened.get(key);
    if (known !== undefined) return known;
    const opening = openEmbedder(core, of, name, options);
    opened.set(key, opening);
    // It may be there the next time.
    void opening.then(made => !made.ok && opened.delete(key));
    return opening;
  };
  /** The model that serves may be the one of before: it stays where it was until the switch. */
  const openServing = (serving: StoredModel): Promise<Result<Embedder>> => {
    if (!serving.name.startsWith('ollama:')) return open('local', serving.location);
    const [url = '', name = ''] = serving.location.split(' ');
    return open('ollama', name, url);
  };
  return {
    async consumer() {
      if (kind === 'off') return ok(null);
      const database = core.database();
      if (!database.ok) return database;
      if (model === null)
        return fail(
          'settings.invalid',
          'embedder is set, and embedder_model is not.',
          'Set both: llmclis memory enable --model FOLDER',
        );
      const embedder = await open(kind, model);
      if (!embedder.ok) return embedder;
      if (closing.signal.aborted) return fail('interrupted', 'The program ends.', 'It goes on the next time.');
      const { vectorConsumer } = await import('../memory/embedding/vectors.ts');
      return ok(vectorConsumer(database.value.sqlite, embedder.value, core.clock));
    },
    dense(index, notice) {
      const database = core.database();
      if (kind === 'off' || !database.ok) return null;
      return denseSearch({
        sqlite: database.value.sqlite,
        embedder: openServing,
        index,
        notice,
        signal: closing.signal,
      });
    },
    async close() {
      closing.abort(new Error('Closed.'));
      for (const one of opened.values()) {
        const embedder = await one;
        if (embedder.ok) await embedder.value.close();
      }
    },
  };
}
