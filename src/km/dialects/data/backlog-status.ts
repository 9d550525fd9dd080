import type { Status } from './fields.ts';

/** Words of statuses, the first that fits counts: `Not started` is open and `Ready for review` under way. */
const WORDS: readonly (readonly [Status, RegExp])[] = [
  ['cancelled', /cancel|won.?t|abandon|reject|dropped|duplicate|obsolete|defer|discard|scrapped/],
  ['blocked', /block|on.?hold|waiting|stuck|paused/],
  ['open', /^not\b|un(?:started|assigned)/],
  ['in-progress', /progress|doing|review|test|verif|\bqa\b|\bwip\b|active|started|working|staging|coding|implement/],
  ['done', /done|complete|closed|shipped|released|merged|finished|resolved|deployed/],
  ['open', /to.?do|backlog|open|draft|ready|new|next|plan|idea|inbox|icebox|pending|triage|someday|queue|spec|later/],
];

/** Reads a status as the project names it; null for a word that says nothing. `statuses` are the project's columns in order. */
export function statusReader(statuses: readonly string[]): (word: string) => Status | null {
  const columns = statuses.map(plain);
  return word => {
    const status = plain(word);
    const known = WORDS.find(([, pattern]) => pattern.test(status))?.[0];
    if (known !== undefined) return known;
    const at = columns.indexOf(status);
    if (at < 0) return null;
    // A column of no known word: the first is open, the last is done, the ones between are under way.
    return at === 0 ? 'open' : at === columns.length - 1 ? 'done' : 'in-progress';
  };
}

const plain = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} ]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
