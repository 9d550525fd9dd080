import { fail, ok, type Result } from './failure.ts';

/** A check as it was written: its kind, the words without a name, and the named values. */
export type CheckWords = {
  readonly kind: string;
  readonly words: readonly string[];
  readonly options: readonly (readonly [name: string, value: string])[];
};

/** A check that is a kind and values, and not a shell command, begins like this. */
export const isDeclared = (text: string): boolean => text.trimStart().startsWith('@');

/**
 * Reads `@kind word name=value`. Values are quoted as in a shell: nothing is special between `'…'`; between `"…"` only `\"` is,
 * and stands for `"`. A backslash is kept everywhere else, so that patterns need no doubling.
 */
export function readCheckText(text: string): Result<CheckWords> {
  const tokens = tokensOf(text.trim());
  if (!tokens.ok) return tokens;
  const [head, ...rest] = tokens.value;
  const kind = /^@([A-Za-z][\w-]*)$/.exec(head?.value ?? '')?.[1];
  if (head?.name !== null || kind === undefined)
    return fail(
      'input.invalid',
      `${JSON.stringify(text)} is no check.`,
      'Write @kind, then its values: @file path=a.js',
    );
  const words = rest.flatMap(({ name, value }) => (name === null ? [value] : []));
  const options = rest.flatMap(({ name, value }) => (name === null ? [] : [[name, value] as const]));
  return ok({ kind, words, options });
}

type Token = { readonly name: string | null; readonly value: string };
/** A part of a token: in single quotes, in double quotes, or bare. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|([^\s'"]+)/y;

function tokensOf(text: string): Result<readonly Token[]> {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    const named = /^[a-z][a-z0-9_-]*(?==)/.exec(text.slice(at, at + 60));
    if (named !== null) at += named[0].length + 1;
    let value = '';
    while (at < text.length && !/\s/.test(text[at] ?? '')) {
      PIECE.lastIndex = at;
      const piece = PIECE.exec(text);
      if (piece === null)
        return fail(
          'input.invalid',
          `A quote is not closed in ${JSON.stringify(text)}.`,
          'Close it, or write the other kind of quote around it.',
        );
      value += piece[1] ?? piece[2]?.replaceAll('\\"', '"') ?? piece[3] ?? '';
      at = PIECE.lastIndex;
    }
    tokens.push({ name: named?.[0] ?? null, value });
  }
  return ok(tokens);
}

const quoted = (value: string): string => {
  if (/^[^\s'"]+$/.test(value)) return value;
  if (!/["\\]/.test(value)) return `"${value}"`;
  return value
    .split("'")
    .map(part => (part === '' ? '' : `'${part}'`))
    .join(`"'"`);
};

/** The text of a check whose values are all named; `readCheckText` gives the same values back. */
export const checkText = (kind: string, options: readonly (readonly [name: string, value: string])[]): string =>
  [`@${kind}`, ...options.map(([name, value]) => `${name}=${quoted(value)}`)].join(' ');
