// Makes vectors of every entry of a database by a test model, until nothing is left; kills itself where it is told to.
// vectors-child.ts FILE NAME DIMENSION MINUTES [embed|drop] [COUNT]

import { systemClock } from '../../src/app.ts';
import { connect } from '../../src/km/sqlite.ts';
import { vectorConsumer } from '../../src/memory/embedding/vectors.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { testEmbedder } from './embedders.ts';

const [file = '', name = '', dimension = '', minutes = '0', how = '', count = '0'] = process.argv.slice(2);
const sqlite = connect(file, { readonly: false, timeout: 60_000 });
const embedder = testEmbedder({ name, dimension: Number(dimension) });
/** Later than the process before: what that one had to itself is free by then. */
const clock = { ...systemClock, now: () => new Date(Date.now() + Number(minutes) * 60_000) };
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const counting = {
  ...embedder,
  embed: async (...given: Parameters<typeof embedder.embed>) => {
    const made = await embedder.embed(...given);
    if (how === 'embed' && embedder.asked.length >= Number(count)) die();
    return made;
  },
};
/** Between two deletions other work gets its turn; this is it. */
const watchDrop = (): void => {
  const left = sqlite
    .prepare(
      `SELECT count(*) FROM memory_vectors WHERE model_id IN (SELECT id FROM memory_models WHERE state = 'retired')`,
    )
    .pluck()
    .get();
  const retired = sqlite.prepare(`SELECT count(*) FROM memory_models WHERE state = 'retired'`).pluck().get();
  if (retired === 1 && Number(left) <= Number(count)) die();
  setImmediate(watchDrop).unref();
};
if (how === 'drop') watchDrop();
await createUpkeep(sqlite, clock, [vectorConsumer(sqlite, counting, clock)]).run({
  signal: new AbortController().signal,
});
sqlite.close();
