import { fail, ok, type Result } from '../core/failure.ts';
import { sqliteCode } from '../km/sqlite.ts';
import { isRebuilding, lag, startOver } from '../memory/changes.ts';
import { TRIGRAMS } from '../memory/recall/trigrams.ts';
import type { Upkeep, UpkeepReport, UpkeepWish } from '../memory/upkeep.ts';
import type { AppCore } from './core.ts';
import { memoryParts } from './memory-parts.ts';
import type { MemoryIndexName, ReindexReport, ReindexWish, TendReport, TendWish } from './memory-types.ts';

/** How often, and after how many milliseconds, it is looked whether another process still works on an index. */
const LOOKS = 80;
const LOOK_MS = 500;
/** Share of the time there is in which what makes vectors must open. */
const OPENING = 0.5;

/** Does some of what waits, in the time there is. */
export async function tendMemory(core: AppCore, wish: TendWish): Promise<Result<TendReport>> {
  const parts = core.once(memoryParts);
  const began = core.clock.now().getTime();
  const upkeep = await parts.upkeep(wish.milliseconds * OPENING);
  if (!upkeep.ok) return upkeep;
  const milliseconds = wish.milliseconds - (core.clock.now().getTime() - began);
  const followed = await follow(upkeep.value, { ...wish, milliseconds });
  if (!followed.ok) return followed;
  const { done, waiting, troubles } = followed.value;
  return ok({ done, waiting, troubles: [...troubles.map(({ failure }) => failure), ...parts.notices()] });
}

/** What only follows the record ends nobody's work when the disk is full or the database is held. */
async function follow(upkeep: Upkeep, wish: UpkeepWish): Promise<Result<UpkeepReport>> {
  try {
    return ok(await upkeep.run(wish));
  } catch (problem) {
    const code = sqliteCode(problem);
    if (code === null || !(problem instanceof Error)) throw problem;
    const hint = 'The record is whole. Make the indexes follow it later: llmclis memory reindex';
    return fail('database.unusable', `The indexes of memory could not be written (${problem.message}).`, hint);
  }
}

/** The consumers of an index, by their names in the change log. */
export const consumersOf = (upkeep: Upkeep, index: MemoryIndexName): readonly string[] =>
  upkeep
    .lag()
    .map(({ name }) => name)
    .filter(name => indexNameOf(name) === index);

/** Which index a consumer keeps. */
function indexNameOf(consumer: string): MemoryIndexName | null {
  if (consumer === TRIGRAMS) return 'trigrams';
  const [kind] = consumer.split(':');
  return kind === 'near' || kind === 'vectors' || kind === 'qdrant' ? kind : null;
}

/** Makes indexes again from the entries, to the end. What was interrupted goes on where it was. */
export async function reindexMemory(core: AppCore, wish: ReindexWish): Promise<Result<ReindexReport>> {
  const database = core.database();
  if (!database.ok) return database;
  const { sqlite } = database.value;
  const parts = core.once(memoryParts);
  const opened = await parts.upkeep();
  if (!opened.ok) return opened;
  const upkeep = opened.value;
  const indexes: ReindexReport['indexes'][number][] = [];
  if (wish.index === undefined || wish.index === 'words') indexes.push(await rebuildWords(core));
  const wanted = upkeep
    .lag()
    .map(({ name }) => name)
    .filter(name => wish.index === undefined || indexNameOf(name) === wish.index);
  for (const name of wanted) {
    if (!isRebuilding(sqlite, name)) startOver(sqlite, name);
    const { signal, onProgress } = wish;
    const again = async () => upkeep.run({ signal, onProgress, only: [name], now: true });
    let report = await again();
    // One that was killed holds on to it for half a minute.
    for (let tries = 0; report.busy.length > 0 && tries < LOOKS && !signal.aborted; tries++) {
      await core.clock.sleep(LOOK_MS, signal);
      report = await again();
    }
    const { done, troubles } = report;
    indexes.push({ name, done, waiting: lag(sqlite, name), trouble: troubles[0]?.failure ?? null });
    if (signal.aborted) break;
  }
  for (const trouble of parts.notices())
    if (wish.index === undefined || wish.index === 'vectors' || wish.index === 'qdrant')
      indexes.push({ name: wish.index ?? 'settings', done: 0, waiting: 0, trouble });
  return ok({ indexes });
}

/** The words of all entries, in one transaction: recall sees the old index or the new one. */
async function rebuildWords(core: AppCore): Promise<ReindexReport['indexes'][number]> {
  const { rebuildIndexes } = await import('../memory/recall/rebuild.ts');
  const database = core.database();
  if (!database.ok) return { name: 'words', done: 0, waiting: 0, trouble: database.error };
  const { sqlite } = database.value;
  sqlite.transaction(() => rebuildIndexes(sqlite)).immediate();
  const done = sqlite.prepare<[], number>("SELECT count(*) FROM memories WHERE status <> 'forgotten'").pluck().get();
  return { name: 'words', done: done ?? 0, waiting: 0, trouble: null };
}
