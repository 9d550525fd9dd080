import type { Sqlite } from '../../km/sqlite.ts';
import { TURN_TOKENS } from './candidates.ts';
import { wordsIn } from './words.ts';

/** What a question says about the turn that answers it, besides its words. */
export type Cues = { readonly speaker: number; readonly time: number; readonly asking: number };

const SPEAKER = 0.25;
const TIME = 0.1;
const ASKING = -0.05;

const ASKS_WHEN = /^\s*(?:when|how long|since when|(?:on |in )?(?:what|which) (?:date|day|week|month|year|time))\b/i;
const TELLS_WHEN =
  /\b(?:yesterday|today|tonight|tomorrow|ago|recently|since|(?:last|next|this|past) (?:night|morning|week|month|year|weekend|summer|winter|spring|fall|autumn|\w+day)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november|december|(?:19|20)\d\d|for \w+ (?:days|weeks|months|years))\b/i;

/**
 * Cues of the turns of a talk among these entries: who is named speaks, who asks when is told a time, and who only asks tells
 * nothing. They rank what was found, and find nothing by themselves. A question that names several speakers is about all of them.
 */
export function cuesOf(sqlite: Sqlite, query: string, ids: readonly number[]): ReadonlyMap<number, Cues> {
  const turns = sqlite
    .prepare<[string], [number, string, string]>(
      `SELECT m.id, m.agent, m.text FROM json_each(?) j CROSS JOIN memories m ON m.id = j.value
       WHERE m.session IS NOT NULL AND m.tokens <= ${TURN_TOKENS}`,
    )
    .raw()
    .all(JSON.stringify(ids));
  const words = new Set(wordsIn(query));
  const speakers = new Set(turns.map(([, agent]) => agent));
  const named = [...speakers].filter(name => {
    const of = wordsIn(name);
    return of.length > 0 && of.every(word => words.has(word));
  });
  const asksWhen = ASKS_WHEN.test(query);
  return new Map(
    turns.map(([id, agent, text]) => [
      id,
      {
        speaker: named.length === 1 && named[0] === agent ? SPEAKER : 0,
        time: asksWhen && TELLS_WHEN.test(text) ? TIME : 0,
        asking: text.trimEnd().endsWith('?') ? ASKING : 0,
      },
    ]),
  );
}
