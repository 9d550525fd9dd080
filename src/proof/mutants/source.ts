import type { Language } from './languages.ts';
import { type Token, tokensOf } from './tokens.ts';

/** A file, read as far as mutants need it. */
export type Source = {
  readonly text: string;
  readonly language: Language;
  readonly tokens: readonly Token[];
  /** Place of the bracket that closes or opens the one at a place. */
  readonly partner: ReadonlyMap<number, number>;
  /** Place of the innermost bracket that is open before a token, or -1. */
  readonly parent: readonly number[];
};

/** One place of the text made into something else. */
export type Edit = {
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export function readSource(text: string, language: Language): Source {
  const tokens = tokensOf(text, language);
  const partner = new Map<number, number>();
  const parent: number[] = [];
  const open: number[] = [];
  for (const [place, token] of tokens.entries()) {
    const wanted = token.kind === 'operator' ? CLOSES[token.text] : undefined;
    if (wanted !== undefined && isSign(tokens[open.at(-1) ?? -1], wanted)) {
      const opened = open.pop() ?? -1;
      partner.set(opened, place);
      partner.set(place, opened);
    }
    parent.push(open.at(-1) ?? -1);
    if (isSign(token, '(', '[', '{')) open.push(place);
  }
  return { text, language, tokens, partner, parent };
}

export const isSign = (token: Token | undefined, ...signs: readonly string[]): boolean =>
  token?.kind === 'operator' && signs.includes(token.text);

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  (token?.kind === 'name' || token?.kind === 'keyword') && words.includes(token.text);

const VALUES: readonly Token['kind'][] = ['name', 'number', 'string', 'char'];

/** Can a value end with this token? */
export const endsValue = (token: Token | undefined): boolean =>
  token !== undefined && (VALUES.includes(token.kind) || isSign(token, ')', ']'));

/** Can a value begin with this token? */
export const beginsValue = (token: Token | undefined): boolean =>
  token !== undefined &&
  (VALUES.includes(token.kind) || isWord(token, 'await', 'typeof', 'new', 'not') || isSign(token, '(', '[', '!', '-'));

export const isFirstOnLine = ({ tokens }: Source, place: number): boolean =>
  place === 0 || endLine(tokens[place - 1]) < (tokens[place]?.line ?? 0);

export const isLastOnLine = ({ tokens }: Source, place: number): boolean =>
  place === tokens.length - 1 || endLine(tokens[place]) < (tokens[place + 1]?.line ?? 0);

const endLine = (token: Token | undefined): number =>
  token === undefined ? 0 : token.line + (token.single ? 0 : token.text.split('\n').length - 1);

const CONTINUES = /^(?:[.,?:([]|\?\.|=>|&&|\|\||\?\?|[-+*/%<>=|&^]=?|===?|!==?|[<>]=)$/;

/** The place of the last token of the statement that begins at `place`: at a `;`, or at a line's end where nothing is open. */
export function statementEnd(source: Source, place: number): number {
  const { tokens, partner, parent } = source;
  for (let at = place; at < tokens.length; at++) {
    const token = tokens[at];
    if (isSign(token, '(', '[', '{')) {
      at = partner.get(at) ?? at;
    } else if (isSign(token, ';')) return at;
    const next = tokens[at + 1];
    if (next === undefined || next === tokens[partner.get(parent[place] ?? -1) ?? -1]) return at;
    if (!isLastOnLine(source, at)) continue;
    const goesOn =
      (tokens[at]?.kind === 'operator' && CONTINUES.test(tokens[at]?.text ?? '') && !isSign(tokens[at], ']')) ||
      (next.kind === 'operator' && CONTINUES.test(next.text) && source.language.name !== 'python');
    if (!goesOn) return at;
  }
  return tokens.length - 1;
}
