import { ROLES, type RoleName } from '../../../core/task.ts';

const PRIORITIES: readonly (readonly [number, RegExp])[] = [
  [0, /\b(?:p0|critical|crit|urgent|highest|blocker|asap|emergency|immediate)\b|🔺|🚨/iu],
  [1, /\b(?:p1|very high|high|important|major|must(?:[ -]have)?|alta|hoch|haute|élevée)\b|⏫|🔴|🔥|高/iu],
  [4, /\b(?:p4|p5|lowest|very low|trivial|nice[ -]to[ -]have|won'?t|someday)\b|⏬/iu],
  [3, /\b(?:p3|low|minor|could(?:[ -]have)?|baja|baixa|niedrig|basse|optional)\b|🔽|🟢|🔵|低/iu],
  [2, /\b(?:p2|medium|med|normal|moderate|should(?:[ -]have)?|media|média|mittel|moyenne|default)\b|🔼|🟡|🟠|中/iu],
];

/** 0 to 4, or null when the text names no priority. `P0` to `P4`, words, signs, or a number alone. */
export function readPriority(text: string): number | null {
  const plain = text.replace(/[*`_]/g, '').trim();
  const digit = /^[#p]?([0-4])(?!\d)(?:\s*\/\s*\d+)?\s*(?:$|[(–—:-])/i.exec(plain)?.[1];
  if (digit !== undefined) return Number(digit);
  if (/^\d/.test(plain)) return null;
  return PRIORITIES.find(([, words]) => words.test(plain))?.[0] ?? null;
}

const SIZES: readonly (readonly [number, RegExp])[] = [
  [10, /^(?:xxl|huge|very (?:high|large|complex)|extreme)\b/i],
  [8, /^(?:xl|extra large|high|hard|complex|difficult)\b/i],
  [7, /^(?:l|large|big)\b/i],
  [5, /^(?:m|med|medium|moderate|normal)\b/i],
  [1, /^(?:xs|trivial|tiny|very (?:low|small)|extra small)\b/i],
  [3, /^(?:s|small|low|easy|simple)\b/i],
];

/** 1 to 10, or null. Reads sizes, words, `7/10` and points; hours and days say something else. */
export function readComplexity(text: string): number | null {
  const plain = text.replace(/[*`_]|\p{So}\uFE0F?/gu, '').trim();
  const number = /^(\d{1,2})(?:\.\d+)?\s*(?:$|\/\s*10\b|(?:story )?(?:points?|pts?|sp)\b|[(–—])/i.exec(plain)?.[1];
  if (number !== undefined) return Math.min(10, Math.max(1, Number(number)));
  return SIZES.find(([, words]) => words.test(plain))?.[0] ?? null;
}

const DAY = /(\d{4})[-/.](\d{2})[-/.](\d{2})/;
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?/i;

/** A day of a text as `YYYY-MM-DD`, or null. Only days that the calendar has. */
export function readDay(text: string): string | null {
  const match = DAY.exec(text);
  if (match === null) return null;
  const day = `${match[1]}-${match[2]}-${match[3]}`;
  const read = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day) ? day : null;
}

/** A time of a text as ISO 8601 in UTC, a day alone as it is, or null. A time without a zone counts as UTC. */
export function readTime(text: string): string | null {
  const day = readDay(text);
  if (day === null) return null;
  const match = TIME.exec(text.slice(DAY.exec(text)?.index ?? 0));
  if (match === null) return day;
  const [, , hour = '', minute = '', second = '00', zone = 'Z'] = match;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?/, '$1:') : 'Z';
  const read = new Date(`${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(read.getTime()) ? day : read.toISOString();
}

export function readRole(text: string): RoleName | null {
  const word = /^\W*([a-z]+)\W*$/i.exec(text)?.[1]?.toLowerCase();
  return ROLES.find(role => role === word) ?? null;
}

/** Words of a list such as `api, #db and \`ui\``. */
export const readWords = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[,;|]|\s+and\s+|\s+(?=#)/)
      .map(word =>
        word
          .replace(/[`*"'[\]]/g, '')
          .trim()
          .replace(/^#/, ''),
      )
      .filter(word => word !== '' && !isNothing(word)),
  ),
];

/** Addresses in a text: those of links, and bare ones. */
export const readLinks = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)|\bhttps?:\/\/[^\s)>\]"'`]+/g)].map(match =>
      (match[1] ?? match[0]).replace(/[.,;:]+$/, ''),
    ),
  ),
];

/** The contents of code spans. */
export const readCode = (text: string): readonly string[] =>
  [...text.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)]
    .map(match => (match[2] ?? '').trim())
    .filter(span => span !== '');

/** What people write where there is nothing to say. */
export const isNothing = (text: string): boolean =>
  /^(?:none|no|nothing|n\/?a|nil|null|tbd|tba|-+|–|—|\?|no dependencies|none required|unassigned|nobody|ninguna?|nenhuma?|keine|aucune|无|無|なし)?\.?$/iu.test(
    text.replace(/[*`_()[\]]/g, '').trim(),
  );
