import { type MemoryType, TRUSTS, type Trust } from '../memory.ts';

const LONGEST_STATEMENT = 200;
const KEY = '[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)+';
const VALUE = `(?![=>])(?:"[^"]*"|'[^']*'|\`[^\`]*\`|\\S+)`;
const STATEMENT = new RegExp(`^\`?(${KEY})\`?(?:\\s*=\\s*|:\\s+)${VALUE}$`);

/**
 * What a fact or decision certainly states the value of: one line `db.port = 5432` or `max_size: 10`, its key with a dot or an
 * underscore, its value one word or quoted. Null for everything else.
 */
export function slotOf(text: string, type: MemoryType): string | null {
  if ((type !== 'fact' && type !== 'decision') || text.length > LONGEST_STATEMENT) return null;
  return STATEMENT.exec(text)?.[1] ?? null;
}

/** Lower is worth more. */
export const trustRank = (trust: Trust): number => TRUSTS.indexOf(trust);

/** What a new statement and the one that stands say about each other. */
export type Standing = 'replaces' | 'older' | 'contradicts';

/** Nothing replaces what is trusted more; of two statements the one that became true later stands, at the same time the later said. */
export function standing(
  said: { readonly trust: Trust; readonly valid_from: string },
  holder: { readonly trust: Trust; readonly valid_from: string },
): Standing {
  if (trustRank(said.trust) > trustRank(holder.trust)) return 'contradicts';
  return said.valid_from < holder.valid_from ? 'older' : 'replaces';
}
