import type { Language } from './languages.ts';

export type Token = {
  /** A keyword is a name that is no value. */
  readonly kind: 'name' | 'keyword' | 'number' | 'string' | 'char' | 'regex' | 'operator';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** From 1; where it begins. */
  readonly line: number;
  /** Begins and ends on one line. */
  readonly single: boolean;
  /** White space, or the start of the text, is before it. */
  readonly apart: boolean;
};

const NUMBER = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?|\.\d+)\w*/y;
const NAME = /[#@$]{0,2}[\p{L}_$][\p{L}\p{N}_$]*/uy;
const RUBY_NAME = /[@$]{0,2}[\p{L}_][\p{L}\p{N}_]*(?:[?!](?!=))?/uy;
const QUOTED = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y;
const PYTHON_STRING =
  /[rRbBuUfFtT]{0,2}(?:("""|''')(?:\\[\s\S]|(?!\1)[\s\S])*\1|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')/y;
const RUST_RAW = /b?r(#*)"[\s\S]*?"\1/y;
const CHAR = /b?'(?:\\[^\n]{1,9}?|[^'\\\n])'|'\p{L}\w*/uy;
const REGEX = /\/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const OPERATOR =
  />>>=|\.\.\.|\.\.=|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|<=>|\/\/=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|->|::|:=|=~|\.\.|[\s\S]/uy;
const TAG = /<\/|\/>/y;
const FLOOR = /\/\/=?/y;
const SPACE = /\s+|\\\r?\n/y;

/** The text at `at` that a sticky expression finds, or null. */
function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** The tokens of a text; comments and white space are left out. It never fails: what it cannot read is an operator of one character. */
export function tokensOf(text: string, language: Language): readonly Token[] {
  const tokens: Token[] = [];
  let at = text.startsWith('#!') ? lineEnd(text, 0) : 0;
  let line = 1;
  let apart = true;
  while (at < text.length) {
    const skipped = match(SPACE, text, at)?.length ?? commentLength(text, at, language);
    if (skipped > 0) {
      line += breaks(text, at, at + skipped);
      at += skipped;
      apart = true;
      continue;
    }
    const found = literal(text, at, language, tokens.at(-1)) ?? word(text, at, language);
    const end = at + found.text.length;
    const lines = breaks(text, at, end);
    tokens.push({ ...found, start: at, end, line, single: lines === 0, apart });
    line += lines;
    at = end;
    apart = false;
  }
  return tokens;
}

type Found = Pick<Token, 'kind' | 'text'>;

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

function breaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function commentLength(text: string, at: number, language: Language): number {
  if (language.line_comments.some(mark => text.startsWith(mark, at))) return lineEnd(text, at) - at;
  const hasBlocks = language.line_comments.includes('//');
  if (!hasBlocks || !text.startsWith('/*', at)) return 0;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '*/' ? -1 : language.nested_comments || depth === 0 ? 1 : 0;
    if (depth === 0) return mark.index + 2 - at;
  }
  return text.length - at;
}

/** A string, a character or a regular expression. */
function literal(text: string, at: number, language: Language, before: Token | undefined): Found | null {
  const script = language.name === 'javascript' || language.name === 'typescript';
  if (text[at] === '`' && (script || language.name === 'go')) {
    const end = script ? templateEnd(text, at) : text.indexOf('`', at + 1) + 1;
    if (end > at) return { kind: 'string', text: text.slice(at, end) };
  }
  if (language.name === 'python') return asFound('string', match(PYTHON_STRING, text, at));
  if (language.chars) {
    const found = asFound('string', match(RUST_RAW, text, at)) ?? asFound('char', match(CHAR, text, at));
    if (found !== null) return found;
  }
  if (text[at] === '/' && (script || language.name === 'ruby') && mayBeRegex(before)) {
    const found = asFound('operator', script ? match(TAG, text, at) : null) ?? asFound('regex', match(REGEX, text, at));
    if (found !== null) return found;
  }
  return asFound('string', match(QUOTED, text, at));
}

const asFound = (kind: Token['kind'], text: string | null): Found | null => (text === null ? null : { kind, text });

const mayBeRegex = (before: Token | undefined): boolean =>
  before === undefined ||
  (before.kind === 'operator' && !/^(?:[)\]}]|\+\+|--)$/.test(before.text)) ||
  before.kind === 'keyword';

function word(text: string, at: number, language: Language): Found {
  const name = match(language.name === 'ruby' ? RUBY_NAME : NAME, text, at);
  if (name !== null && !(name.startsWith('@') && language.name !== 'ruby'))
    return { kind: language.keywords.has(name) ? 'keyword' : 'name', text: name };
  const number = match(NUMBER, text, at);
  if (number !== null) return { kind: 'number', text: number };
  const script = language.name === 'javascript' || language.name === 'typescript';
  const special = script ? match(TAG, text, at) : language.name === 'python' ? match(FLOOR, text, at) : null;
  return { kind: 'operator', text: special ?? match(OPERATOR, text, at) ?? text.charAt(at) };
}

/** The end of a template literal that begins at `at`, or 0 when it never ends. */
function templateEnd(text: string, at: number): number {
  for (let place = at + 1; place < text.length; place++) {
    const sign = text[place];
    if (sign === '`') return place + 1;
    if (sign === '\\') place++;
    else if (sign === '$' && text[place + 1] === '{') place = expressionEnd(text, place + 2);
  }
  return 0;
}

/** The place of the `}` that ends the expression in a template. */
function expressionEnd(text: string, at: number): number {
  let depth = 1;
  for (let place = at; place < text.length; place++) {
    const sign = text[place];
    if (sign === '`') place = Math.max(place, templateEnd(text, place) - 1);
    else if (sign === '"' || sign === "'") place += Math.max(0, (match(QUOTED, text, place)?.length ?? 1) - 1);
    else if (sign === '{') depth++;
    else if (sign === '}' && --depth === 0) return place;
  }
  return text.length;
}
