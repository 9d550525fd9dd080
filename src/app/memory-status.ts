import { dirname } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Sqlite } from '../km/sqlite.ts';
import { lag } from '../memory/changes.ts';
import { readModelFolder } from '../memory/embedding/folder.ts';
import { modelsOf } from '../memory/embedding/models.ts';
import { carriesSignal } from '../memory/embedding/signal.ts';
import type { AppCore } from './core.ts';
import { findPackage, openEmbedder } from './embedding.ts';
import type { MemoryStatus } from './embedding-types.ts';
import { settingsOf } from './settings.ts';

/** Milliseconds for a server to say that it is there. */
const PATIENCE_MS = 5_000;

/** What makes vectors, how far they are, and where they help. Loads no model. */
export async function memoryStatus(core: AppCore): Promise<Result<MemoryStatus>> {
  const settings = settingsOf(core, null, {});
  if (!settings.ok) return settings;
  const database = core.database();
  if (!database.ok) return database;
  const { sqlite } = database.value;
  const { embedder, embedder_model, qdrant_url } = settings.value;
  const found = findPackage(core);
  const usable = await lookAtEmbedder(core, settings.value);
  return ok({
    embedder: { kind: embedder.value, model: embedder_model.value, from: embedder.where ?? embedder.from },
    package: found === null ? null : dirname(found),
    problem: usable.ok ? null : usable.error,
    index: qdrant_url.value === null ? 'embedded' : `qdrant (${qdrant_url.value})`,
    ...counted(sqlite),
  });
}

/** Could the embedder of the settings be used? Loads no model; Ollama is asked. */
export async function lookAtEmbedder(core: AppCore, settings: Settings): Promise<Result<void>> {
  const { embedder, embedder_model } = settings;
  const [kind, model] = [embedder.value, embedder_model.value];
  if (kind === 'off') return ok(undefined);
  if (model === null)
    return fail('settings.invalid', 'embedder is set, and embedder_model is not.', 'Set both: llmclis memory enable');
  if (kind === 'local' && findPackage(core) !== null) {
    const folder = readModelFolder(model);
    return folder.ok ? ok(undefined) : folder;
  }
  const opened = await openEmbedder(core, kind, model, { settings, signal: AbortSignal.timeout(PATIENCE_MS) });
  return opened.ok ? ok(undefined) : opened;
}

function counted(sqlite: Sqlite): Pick<MemoryStatus, 'entries' | 'models' | 'signals' | 'consumers' | 'bytes'> {
  const number = (sql: string, ...values: (string | number)[]): number =>
    sqlite
      .prepare<unknown[], number>(sql)
      .pluck()
      .get(...values) ?? 0;
  const live = number(`SELECT count(*) FROM memories WHERE status = 'live'`);
  const having = (what: string) => `SELECT count(*) FROM memories m WHERE m.status = 'live'
    AND EXISTS (SELECT 1 FROM memory_vectors v WHERE v.memory_id = m.id AND v.model_id = ? AND v.text_sha256 ${what} '')`;
  type Row = { project_id: number; project: string | null; correlation: number; entries: number };
  const signals = sqlite
    .prepare<[], Row>(
      `SELECT s.project_id, p.name AS project, s.correlation, s.entries FROM memory_signals s
         JOIN memory_models m ON m.id = s.model_id AND m.state = 'serving' LEFT JOIN projects p ON p.id = s.project_id
       WHERE s.project_id >= 0 ORDER BY s.project_id`,
    )
    .all();
  const consumers = sqlite
    .prepare<[], { name: string; trouble: string }>('SELECT name, trouble FROM memory_consumers ORDER BY name')
    .all();
  return {
    entries: { all: number('SELECT count(*) FROM memories'), live },
    models: modelsOf(sqlite).map(({ id, name, state, dimension, location }) => {
      const [made, refused] = [number(having('<>'), id), number(having('='), id)];
      const to_make = state === 'retired' ? 0 : live - made - refused;
      return { name, state, dimension, location, made, to_make, refused };
    }),
    signals: signals.map(row => ({ ...row, project: row.project ?? 'all projects', used: carriesSignal(row) })),
    consumers: consumers.map(({ name, trouble }) => ({ name, lag: lag(sqlite, name), trouble })),
    bytes: {
      database: number('PRAGMA page_count') * number('PRAGMA page_size'),
      vectors: number('SELECT coalesce(sum(length(vector)), 0) FROM memory_embeddings'),
    },
  };
}
