import { type MemoryType, TRUSTS, type Trust } from '../memory.ts';

const LONGEST_STATEMENT = 200;
const KEY = '[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)+';
const VALUE = `(?![=>])(?:"[^"]*"|'[^']*'|\`[^\`]*\`|\\S+)`;
const STATEMENT = new RegExp(`^\`?(${KEY})\`?(?:\\s*=\\s*|(:)\\s+)${VALUE}$`);

/** Files and versions: `README.md: outdated` says one thing of many, and nothing that a later one would replace. */
const NO_KEY = /^[vV]\d[\d.]*$|\.(?:[cm]?[jt]sx?|json|md|txt|ya?ml|toml|html?|s?css|py|rb|sh|csv|svg|png|vue)$/;

/**
 * What a fact or decision certainly states the value of: one line `db.port = 5432` or `max_size: 10`, its key with a dot or an
 * underscore, its value one word or quoted. Null for everything else.
 */
export function slotOf(text: string, type: MemoryType): string | null {
  if ((type !== 'fact' && type !== 'decision') || text.length > LONGEST_STATEMENT) return null;
  const [, key, colon] = STATEMENT.exec(text) ?? [];
  return key === undefined || (colon !== undefined && NO_KEY.test(key)) ? null : key;
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
