import { ok, type Result } from '../core/failure.ts';
import type { Sqlite } from '../km/sqlite.ts';
import { lag, startOver } from '../memory/changes.ts';
import { type Compared, isEqual, repair } from '../memory/indexes/compare.ts';
import { servingModel } from '../memory/indexes/embedded.ts';
import { indexedIds } from '../memory/recall/indexed.ts';
import type { Upkeep } from '../memory/upkeep.ts';
import type { AppCore } from './core.ts';
import { memoryParts } from './memory-parts.ts';
import type { IndexReport, MemoryIndexName } from './memory-types.ts';
import { consumersOf } from './memory-upkeep.ts';

type Wish = { readonly repair: boolean; readonly signal: AbortSignal };

/** Compares each index with the entries. A repair follows what waits first, then mends what is still wrong. */
export async function verifyMemory(core: AppCore, wish: Wish): Promise<Result<readonly IndexReport[]>> {
  const database = core.database();
  if (!database.ok) return database;
  const { sqlite } = database.value;
  const opened = await core.once(memoryParts).upkeep();
  if (!opened.ok) return opened;
  const upkeep = opened.value;
  if (wish.repair) await upkeep.run({ signal: wish.signal, now: true });
  const reports = [
    await words(core, sqlite, wish),
    await followed(sqlite, upkeep, 'trigrams', () => wordsOf(sqlite, 'trigrams'), wish),
  ];
  // Without an embedder nothing follows what is new, and nothing is wrong with that.
  if (servingModel(sqlite) !== null && consumersOf(upkeep, 'vectors').length > 0)
    reports.push(await followed(sqlite, upkeep, 'vectors', () => vectors(sqlite), wish));
  const server = await qdrant(core, sqlite, upkeep, wish);
  return ok(server === null ? reports : [...reports, server]);
}

const report = (name: MemoryIndexName, compared: Compared, waiting: number, repaired: boolean): IndexReport => ({
  ...{ name, waiting, repaired, trouble: null },
  ...compared,
});

/** The words are written with each entry: nothing of them ever waits. */
async function words(core: AppCore, sqlite: Sqlite, wish: Wish): Promise<IndexReport> {
  const compared = wordsOf(sqlite, 'words');
  if (isEqual(compared) || !wish.repair) return report('words', compared, 0, false);
  const { reindexMemory } = await import('./memory-upkeep.ts');
  await reindexMemory(core, { index: 'words', signal: wish.signal, onProgress: () => undefined });
  return report('words', wordsOf(sqlite, 'words'), 0, true);
}

/** An index of the database that a consumer keeps: it is made again when it is wrong and nothing waits any more. */
async function followed(
  sqlite: Sqlite,
  upkeep: Upkeep,
  name: MemoryIndexName,
  look: () => Compared,
  wish: Wish,
): Promise<IndexReport> {
  const consumers = consumersOf(upkeep, name);
  const waiting = (): number => consumers.reduce((sum, consumer) => sum + lag(sqlite, consumer), 0);
  const compared = look();
  if (isEqual(compared) || !wish.repair) return report(name, compared, waiting(), false);
  for (const consumer of consumers) startOver(sqlite, consumer);
  await upkeep.run({ signal: wish.signal, only: consumers, now: true });
  return report(name, look(), waiting(), true);
}

const idsOf = (sqlite: Sqlite, where: string): readonly number[] =>
  sqlite.prepare<[], number>(`SELECT id FROM memories WHERE ${where} ORDER BY id`).pluck().all();

function wordsOf(sqlite: Sqlite, kind: 'words' | 'trigrams'): Compared {
  const wanted = new Set(idsOf(sqlite, "status <> 'forgotten'"));
  const held = indexedIds(sqlite, kind);
  return {
    entries: wanted.size,
    missing: [...wanted].filter(id => !held.has(id)),
    different: [],
    extra: [...held].filter(id => !wanted.has(id)),
  };
}

/** Live entries are to have vectors; those of others may stay until they are made again. */
function vectors(sqlite: Sqlite): Compared {
  const model = servingModel(sqlite)?.id ?? 0;
  const having = sqlite.prepare<[number], number>('SELECT DISTINCT memory_id FROM memory_vectors WHERE model_id = ?');
  const held = new Set(having.pluck().all(model));
  const wanted = idsOf(sqlite, "status = 'live'");
  const known = new Set(idsOf(sqlite, "status <> 'forgotten'"));
  return {
    entries: wanted.length,
    missing: wanted.filter(id => !held.has(id)),
    different: [],
    extra: [...held].filter(id => !known.has(id)),
  };
}

async function qdrant(core: AppCore, sqlite: Sqlite, upkeep: Upkeep, wish: Wish): Promise<IndexReport | null> {
  const server = await core.once(memoryParts).qdrant();
  const waiting = consumersOf(upkeep, 'qdrant').reduce((sum, name) => sum + lag(sqlite, name), 0);
  const empty = { entries: 0, missing: [], different: [], extra: [] };
  const broken = (trouble: IndexReport['trouble']): IndexReport => ({
    ...report('qdrant', empty, waiting, false),
    trouble,
  });
  if (!server.ok) return broken(server.error);
  if (server.value === null) return null;
  const { targetOf, verifyQdrant } = await import('../memory/indexes/qdrant-consumer.ts');
  const serving = servingModel(sqlite);
  const look = () => verifyQdrant(sqlite, server.value as NonNullable<typeof server.value>, serving, wish.signal);
  const compared = await look();
  if (!compared.ok) return broken(compared.error);
  if (isEqual(compared.value) || !wish.repair) return report('qdrant', compared.value, waiting, false);
  const { index } = targetOf(sqlite, server.value, serving);
  const mended = await repair(sqlite, serving?.id ?? null, index, compared.value, wish.signal);
  if (!mended.ok) return broken(mended.error);
  const after = await look();
  return after.ok ? report('qdrant', after.value, waiting, true) : broken(after.error);
}
