import { beginsValue, type Edit, endsValue, isSign, isWord, type Source } from './source.ts';
import type { Token } from './tokens.ts';

const edit = (operator: string, token: Token, text: string): Edit => ({
  operator,
  start: token.start,
  end: token.end,
  text,
});

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '==': ['!='],
  '!=': ['=='],
  '===': ['!=='],
  '!==': ['==='],
};

/** Is the token apart from both neighbours? */
const isApart = ({ tokens }: Source, place: number): boolean =>
  tokens[place]?.apart === true && tokens[place + 1]?.apart === true;

export function comparisons(source: Source, place: number): readonly Edit[] {
  const token = source.tokens[place];
  if (token === undefined) return [];
  if (token.kind === 'keyword' && source.language.name === 'python') return pythonComparisons(source, place, token);
  if (token.kind !== 'operator' || !endsValue(source.tokens[place - 1])) return [];
  if (/^[<>]$/.test(token.text) && source.language.generics && !isApart(source, place)) return [];
  return (COMPARISONS[token.text] ?? []).map(text => edit('comparison', token, text));
}

function pythonComparisons({ tokens }: Source, place: number, token: Token): readonly Edit[] {
  const [before, after] = [tokens[place - 1], tokens[place + 1]];
  const both = (second: Token, text: string): Edit[] => [
    { operator: 'comparison', start: token.start, end: second.end, text },
  ];
  if (token.text === 'is' && after !== undefined && isWord(after, 'not')) return both(after, 'is');
  if (token.text === 'is') return [edit('comparison', token, 'is not')];
  if (token.text === 'not' && after !== undefined && isWord(after, 'in')) return both(after, 'in');
  const inLoop = tokens.slice(Math.max(0, place - 12), place).some(other => isWord(other, 'for'));
  return token.text === 'in' && !isWord(before, 'not') && !inLoop ? [edit('comparison', token, 'not in')] : [];
}

const BOOLEANS: Readonly<Record<string, string>> = { '&&': '||', '||': '&&', and: 'or', or: 'and' };

export function booleans({ tokens, text }: Source, place: number): readonly Edit[] {
  const token = tokens[place];
  if (token === undefined) return [];
  const [before, after] = [tokens[place - 1], tokens[place + 1]];
  const other = Object.hasOwn(BOOLEANS, token.text) ? BOOLEANS[token.text] : undefined;
  if (other !== undefined && token.kind !== 'string')
    return (endsValue(before) || isSign(before, '}')) && beginsValue(after) ? [edit('boolean', token, other)] : [];
  const isNot = isSign(token, '!') ? !endsValue(before) || token.apart : isWord(token, 'not');
  if (!isNot || !beginsValue(after) || isWord(before, 'is') || isWord(after, 'in')) return [];
  const end = isSign(token, '!') ? token.end : token.end + (/^\s+/.exec(text.slice(token.end))?.[0].length ?? 0);
  return [{ operator: 'boolean', start: token.start, end, text: '' }];
}

const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '//': '*',
  '**': '*',
};
const ASSIGNMENT: Readonly<Record<string, string>> = {
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '++': '--',
  '--': '++',
};

export function arithmetic(source: Source, place: number): readonly Edit[] {
  const token = source.tokens[place];
  if (token?.kind !== 'operator') return [];
  const [before, after] = [source.tokens[place - 1], source.tokens[place + 1]];
  // Texts are joined with `+` and nothing else.
  if (before?.kind === 'string' || after?.kind === 'string') return [];
  const assigned = ASSIGNMENT[token.text];
  if (assigned !== undefined) return [edit('assignment', token, assigned)];
  const other = ARITHMETIC[token.text];
  // A pointer or a spread has white space on one side only.
  if (other === undefined || !endsValue(before) || !beginsValue(after) || token.apart !== after?.apart) return [];
  return [edit('arithmetic', token, other)];
}

const TRUTH: Readonly<Record<string, string>> = { true: 'false', false: 'true', True: 'False', False: 'True' };

export function constants({ tokens }: Source, place: number): readonly Edit[] {
  const token = tokens[place];
  if (token === undefined || isSign(tokens[place - 1], '.', '?.', '::')) return [];
  if (token.kind === 'number') return nearby(token.text).map(text => edit('constant', token, text));
  const other = token.kind === 'name' && Object.hasOwn(TRUTH, token.text) ? TRUTH[token.text] : undefined;
  const isKey =
    isSign(tokens[place + 1], ':') && !isSign(tokens[place - 1], '?', ':') && isSign(tokens[place - 1], '{', ',');
  return other === undefined || isKey ? [] : [edit('constant', token, other)];
}

/** The number one more, and one less where that is not below zero; its form and suffix stay. */
function nearby(text: string): readonly string[] {
  const hex = /^(0[xX])([\da-fA-F]+)$/.exec(text);
  if (hex?.[1] !== undefined) return [`${hex[1]}${(BigInt(`0x${hex[2]}`) + 1n).toString(16)}`];
  const [, digits, rest = ''] = /^(0|[1-9][\d_]*)((?!_|\d|[xXbBoO]).*)$/.exec(text) ?? [];
  if (digits === undefined) return [];
  const value = BigInt(digits.replaceAll('_', ''));
  return [value + 1n, ...(value > 0n ? [value - 1n] : [])].map(number => `${number}${rest}`);
}

/** A text without what is in it. */
export function strings(source: Source, place: number): readonly Edit[] {
  const { tokens, language } = source;
  const token = tokens[place];
  if (token?.kind !== 'string' || !token.single) return [];
  const quoted = /^([a-zA-Z]{0,2}#*)("""|'''|["'`])([\s\S]*)\2(#*)$/.exec(token.text);
  if (quoted === null || quoted[3] === '') return [];
  const isType =
    language.name === 'typescript' && [tokens[place - 1], tokens[place + 1]].some(near => isSign(near, '|'));
  const isKey = isSign(tokens[place + 1], ':') && isSign(tokens[place - 1], '{', ',');
  if (isType || isKey || isMessage(source, place)) return [];
  return [edit('string', token, `${quoted[1]}${quoted[2]}${quoted[2]}${quoted[4]}`)];
}

/** The words of an error are for people: a test that does not read them misses nothing. */
function isMessage({ tokens, parent }: Source, place: number): boolean {
  const call = tokens[(parent[place] ?? -1) - 1];
  return call?.kind === 'name' && /(?:Error|Exception|Errorf|panic|warn)$/.test(call.text);
}
