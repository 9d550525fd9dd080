import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { variable } from '../config/defaults.ts';
import { withSettings } from '../config/write-setting.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Embedder } from '../memory/embedding/embedder.ts';
import { readModelFolder } from '../memory/embedding/folder.ts';
import { stopVectors } from '../memory/embedding/models.ts';
import type { AppCore } from './core.ts';
import { downloadModel, USUAL_MODEL } from './embedder-download.ts';
import { installPackage, removePackage } from './embedder-install.ts';
import { findPackage, openEmbedder } from './embedding.ts';
import type { EnableReport, EnableTalk, EnableWish } from './embedding-types.ts';
import { settingsOf } from './settings.ts';
import { settingsPlaces } from './settings-place.ts';

type Chosen = { readonly kind: 'local' | 'ollama'; readonly model: string };

/** Undoes what was begun, the last first. */
type Undo = (() => void)[];

/** Makes ready what makes vectors, proves it by one vector, and only then writes it into the user's settings. */
export async function enableEmbedder(core: AppCore, wish: EnableWish, talk: EnableTalk): Promise<Result<EnableReport>> {
  const undo: Undo = [];
  const enabled = await enable(core, wish, talk, undo);
  if (!enabled.ok) for (const step of undo.reverse()) step();
  return enabled;
}

async function enable(core: AppCore, wish: EnableWish, talk: EnableTalk, undo: Undo): Promise<Result<EnableReport>> {
  const settings = settingsOf(core, null, {});
  if (!settings.ok) return settings;
  const offline = settings.value.mode.value === 'offline';
  const chosen = await choose(core, wish, talk, undo, offline);
  if (!chosen.ok) return chosen;
  const { kind, model } = chosen.value;
  let installed = false;
  if (kind === 'local') {
    const readable = readModelFolder(model);
    if (!readable.ok) return readable;
    if (findPackage(core) === null) {
      if (offline)
        return fail(
          'embedder.unavailable',
          'The mode is offline, and the package that runs models has to be fetched.',
          'Enable it once with a network: LLMCLIS_MODE=local-first llmclis memory enable …',
        );
      const made = await installPackage(core, talk);
      if (!made.ok) return made;
      installed = true;
      undo.push(() => removePackage(core));
    }
  }
  talk.say(`Trying ${model} …`);
  const embedder = await openEmbedder(core, kind, model, { settings: settings.value, signal: talk.signal });
  if (!embedder.ok) return embedder;
  const proven = await prove(embedder.value, talk.signal);
  await embedder.value.close();
  if (!proven.ok) return proven;
  const file = writeUserSettings(core, { embedder: kind, embedder_model: model });
  if (!file.ok) return file;
  const wins = ['embedder', 'embedder_model'].flatMap(name => variable(core.env, name)?.name ?? []);
  const { dimension } = embedder.value.model;
  return ok({ embedder: kind, model, dimension, file: file.value, installed, overridden: wins[0] ?? null });
}

async function choose(
  core: AppCore,
  wish: EnableWish,
  talk: EnableTalk,
  undo: Undo,
  offline: boolean,
): Promise<Result<Chosen>> {
  const { model, ollama, download = false } = wish;
  if (ollama !== undefined && (model !== undefined || download))
    return fail(
      'input.invalid',
      'Vectors are made by Ollama or by a model in a folder, not by both.',
      'Give --ollama NAME, or --model FOLDER.',
    );
  if (ollama !== undefined) return ok({ kind: 'ollama', model: ollama });
  if (download) {
    if (offline)
      return fail(
        'embedder.unavailable',
        'The mode is offline: nothing is downloaded.',
        'Give a folder that has a model: llmclis memory enable --model FOLDER',
      );
    const got = await downloadModel(core, model ?? USUAL_MODEL, talk);
    if (!got.ok) return got;
    const { folder, fresh } = got.value;
    if (fresh) undo.push(() => rmSync(folder, { recursive: true, force: true }));
    return ok({ kind: 'local', model: folder });
  }
  if (model !== undefined) return ok({ kind: 'local', model: resolve(core.cwd, model) });
  return fail(
    'input.invalid',
    'It is not said what makes the vectors.',
    'One of: --ollama nomic-embed-text · --model FOLDER (an ONNX model on this machine) · --download (a small one from its hub)',
  );
}

/** One text, once: a model that gives no vector here would give none later. */
async function prove(embedder: Embedder, signal: AbortSignal): Promise<Result<void>> {
  const made = await embedder.embed(['The database listens on port 5433.'], 'text', signal);
  if (!made.ok) return made;
  const [vector = new Float32Array()] = made.value;
  const length = Math.hypot(...vector);
  if (vector.length === embedder.model.dimension && Math.abs(length - 1) < 1e-3) return ok(undefined);
  return fail(
    'embedder.unavailable',
    `${embedder.model.name} gave a vector of ${vector.length} numbers and length ${length.toFixed(3)}.`,
    'Take another embedding model.',
  );
}

/** Recall goes on with text alone. */
export function disableEmbedder(core: AppCore): Result<{ readonly file: string }> {
  const file = writeUserSettings(core, { embedder: 'off' });
  if (!file.ok) return file;
  const database = core.database();
  if (!database.ok) return database;
  stopVectors(database.value.sqlite);
  return ok({ file: file.value });
}

function writeUserSettings(core: AppCore, values: Readonly<Record<string, string | null>>): Result<string> {
  const path = settingsPlaces(core, null).userFile;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const written = withSettings({ path, text }, values);
  if (!written.ok) return written;
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, written.value);
  renameSync(beside, path);
  return ok(path);
}
