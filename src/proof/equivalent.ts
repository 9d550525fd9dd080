import type { PlannedMutant } from './mutants.ts';

const OPERAND = String.raw`(-?[\w$][\w.$]*)`;
const COMPARED = new RegExp(String.raw`${OPERAND}\s*(<=?|>=?)\s*${OPERAND}`, 'g');

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Does a mutant only move the border between two values that are the same there? `if (x < low) return low` gives `low` for `x` equal to
 * `low` with `<=` too: no test can notice it. Smallest, largest and clamped values are written so, on one line or two.
 */
export function isEquivalent({ operator, line, before, after, text }: PlannedMutant): boolean {
  if (operator !== 'comparison') return false;
  const pairs = [...before.matchAll(COMPARED)];
  const now = [...after.matchAll(COMPARED)];
  const place = pairs.findIndex((pair, at) => pair[0] !== now[at]?.[0]);
  const [was, is] = [pairs[place], now[place]];
  if (was === undefined || is === undefined || was[2]?.[0] !== is[2]?.[0]) return false;
  const [, left = '', , right = ''] = is;
  const rest = `${after.slice(is.index + is[0].length)} ${text.split('\n')[line] ?? ''}`.replace(/\s+/g, ' ');
  const either = `(?:${escaped(left)}|${escaped(right)})`;
  return [
    String.raw`^ ?\)? ?[:{]? ?return ${either} ?(?:;|\}|$)`,
    String.raw`^ ?\)? ?[:{]? ?${either} = ${either} ?(?:;|\}|$)`,
    String.raw`^ ?\)? ?\? ?${either} ?: ?${either}(?![\w.$(])`,
    String.raw`^ ?else ${either}(?![\w.$(])`,
  ].some(pattern => new RegExp(pattern).test(rest.trimEnd()) || new RegExp(pattern).test(rest));
}
