import type { Clock } from '../core/clock.ts';
import type { Sqlite } from '../km/sqlite.ts';
import type { DenseSearch } from './dense.ts';
import type { Memory } from './memory.ts';
import { explainRecall, recall } from './recall/recall.ts';
import { makeKeeper } from './record/keeper.ts';
import { readStatement } from './record/statement.ts';
import { storeEntry } from './record/store-entry.ts';

/**
 * Memory in the tables of an open database. `redact` takes secrets out of every text before it is kept; `dense` adds what vectors
 * say to recall.
 */
export function createMemory(
  sqlite: Sqlite,
  clock: Pick<Clock, 'now'>,
  redact: (text: string) => string,
  dense: DenseSearch | null = null,
): Memory {
  const keeper = makeKeeper(sqlite, clock, redact);
  const storing = sqlite.transaction(storeEntry);
  return {
    storeMemory(text, projectId, taskId, type, agent, options = {}) {
      const said = readStatement(keeper, { text, projectId, taskId, type, agent, options });
      if (!said.ok) return said;
      const { supersedes, links } = options;
      const ties = { home: projectId, ...(supersedes !== undefined && { supersedes }), ...(links && { links }) };
      // Nothing is written before all is known to be right, so that an `err` has nothing to undo.
      return sqlite.inTransaction ? storeEntry(keeper, said.value, ties) : storing.immediate(keeper, said.value, ties);
    },
    queryMemory: (queryText, scope) => recall(sqlite, queryText, scope, dense, keeper.now()),
    explainMemory: (queryText, scope) => explainRecall(sqlite, queryText, scope, dense, keeper.now()),
  };
}
