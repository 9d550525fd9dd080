import leven from 'leven';
import type { z } from 'zod';

/** One thing that is wrong in the file, and where: `line` counts from 1. */
export type Problem = { readonly line: number; readonly text: string };
export type Path = readonly PropertyKey[];

const sortedLetters = (word: string): string => [...word].sort().join('');
/** Letters swapped count as one slip, like a letter too many, too few or wrong. */
export const slips = (a: string, b: string, most: number): number =>
  a !== b && sortedLetters(a) === sortedLetters(b) ? 1 : leven(a, b, { maxDistance: most + 1 });

/** The word nearest to `wrong` that a hand may have meant, or null when none is near. */
export function nearest(wrong: string, words: readonly string[]): string | null {
  const lower = wrong.toLowerCase();
  const reach = Math.min(3, Math.max(1, Math.floor(wrong.length / 2)));
  let best: { word: string; distance: number } | null = null;
  for (const word of words) {
    const distance = slips(lower, word.toLowerCase(), reach);
    if (distance <= reach && (best === null || distance < best.distance)) best = { word, distance };
  }
  return best?.word ?? null;
}

/** ` — did you mean "providers"?`, or nothing when no word is near. */
export function suggestion(wrong: string, words: readonly string[]): string {
  const word = nearest(wrong, words);
  return word === null ? '' : ` — did you mean "${word}"?`;
}

export const listed = (words: readonly PropertyKey[]): string =>
  words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).map(String).join(', ')} or ${String(words[words.length - 1])}`;

/** `roles.coder.ladder[0]` */
export const place = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    // A single word where a list may stand is read as a list of one.
    if (step === 0 && value !== undefined && !Array.isArray(value)) return value;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

export const SECRET_KEYS = /^(api[_-]?key|token|secret|password|auth|authorization)$/i;

/** Shown in a message only when it cannot be a secret. */
function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return value.length <= 40 ? `"${value}"` : 'a long text';
  return String(value);
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  record: 'a map of names',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function unknownKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
): readonly { readonly path: Path; readonly text: string }[] {
  const known = issue.message.split(' ');
  return issue.keys.map(key => {
    const path = [...issue.path, key];
    if (SECRET_KEYS.test(key)) {
      const because = 'a key never stands in this file, which is read, copied and committed';
      return {
        path,
        text: `"${key}" is not allowed: ${because}; name the environment variable that holds it: api_key_env — or where it is kept: api_key: file:PATH`,
      };
    }
    const near = suggestion(key, known);
    const where = issue.path.length === 0 ? '' : ` in ${place(issue.path)}`;
    return { path, text: `unknown key "${key}"${where}${near === '' ? ` (known here: ${known.join(', ')})` : near}` };
  });
}

function limit(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  if (issue.code === 'too_small') {
    return issue.inclusive === false ? `must be more than ${issue.minimum}` : `must be at least ${issue.minimum}`;
  }
  if (issue.origin === 'array') return `must have at most ${issue.maximum}`;
  return issue.inclusive === false ? `must be less than ${issue.maximum}` : `must be at most ${issue.maximum}`;
}

/** A longer list of words hides the one that was meant. */
const MOST_LISTED = 8;

function explain(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}, not ${shown(value)}`;
    case 'invalid_value': {
      const near = typeof value === 'string' ? suggestion(value, issue.values.map(String)) : '';
      if (near !== '' && issue.values.length > MOST_LISTED) return `cannot be ${shown(value)}${near}`;
      return `must be ${listed(issue.values.map(String))}, not ${shown(value)}${near}`;
    }
    case 'too_small':
      if (issue.origin === 'array' || issue.origin === 'string') return 'must not be empty';
      return `${limit(issue)}, not ${shown(value)}`;
    case 'too_big':
      return `${limit(issue)}, not ${shown(value)}`;
    case 'invalid_union':
      return `must be ${issue.message}, not ${shown(value)}`;
    case 'invalid_key':
      return `: ${issue.issues[0]?.message ?? issue.message}`;
    default:
      return `: ${issue.message}`;
  }
}

/** Keys that wrong ones were meant to be: they are not missing as well. */
const meantKeys = (issues: readonly z.core.$ZodIssue[]): readonly string[] =>
  issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => place([...issue.path, nearest(key, issue.message.split(' ')) ?? key]))
      : [],
  );

/** Zod's issues as sentences with the lines they are about; one sentence per wrong key. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  data: unknown,
  lineOf: (path: Path) => number,
): Problem[] {
  const meant = meantKeys(issues);
  return issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return unknownKeys(issue).map(({ path, text }) => ({ line: lineOf(path), text }));
    }
    const line = lineOf(issue.path);
    const value = valueAt(data, issue.path);
    const parent = issue.path.slice(0, -1);
    const key = issue.path[issue.path.length - 1];
    if (value === undefined && typeof key === 'string') {
      if (meant.includes(place(issue.path))) return [];
      return [{ line, text: `${parent.length === 0 ? 'the registry' : place(parent)} needs the key "${key}"` }];
    }
    const where = place(issue.path);
    const said = explain(issue, value);
    return [{ line, text: `${where === '' ? 'the registry' : where}${said.startsWith(':') ? '' : ' '}${said}` }];
  });
}
