import {
  beginsValue,
  type Edit,
  endsValue,
  isFirstOnLine,
  isLastOnLine,
  isSign,
  isWord,
  type Source,
} from './source.ts';

/** What is between two tokens, brackets not counted, made by `change`; nothing where it is empty or longer than a line. */
function inner(
  source: Source,
  operator: string,
  open: number,
  close: number,
  change: (text: string) => string,
): readonly Edit[] {
  const [from, to] = [source.tokens[open], source.tokens[close]];
  if (from === undefined || to === undefined || close <= open + 1) return [];
  const between = source.text.slice(from.end, to.start);
  if (between.includes('\n')) return [];
  const start = from.end + (/^\s*/.exec(between)?.[0].length ?? 0);
  const end = to.start - (/\s*$/.exec(between)?.[0].length ?? 0);
  return [{ operator, start, end, text: change(source.text.slice(start, end)) }];
}

/** A condition that means the opposite. */
export function conditions(source: Source, place: number): readonly Edit[] {
  const { tokens, partner, language } = source;
  const token = tokens[place];
  if (token === undefined || !isWord(token, 'if', 'elif', 'unless') || isSign(tokens[place - 1], '.')) return [];
  if (language.name === 'ruby')
    return token.text === 'elif'
      ? []
      : [{ operator: 'condition', start: token.start, end: token.end, text: token.text === 'if' ? 'unless' : 'if' }];
  const negated = (text: string): string => `${language.not}(${text})`;
  if (language.parentheses) {
    const close = isSign(tokens[place + 1], '(') ? partner.get(place + 1) : undefined;
    return close === undefined ? [] : inner(source, 'condition', place + 1, close, negated);
  }
  if (language.name === 'python' && !isFirstOnLine(source, place)) return [];
  const [open, close] = bareCondition(source, place);
  if (tokens.slice(open, close).some(other => isWord(other, 'let', 'case') || isSign(other, ':='))) return [];
  return close < 0 ? [] : inner(source, 'condition', open, close, negated);
}

/** The places around a condition that has no parentheses: after its word (or the `;` of Go) and at the `:` or `{` that ends it. */
function bareCondition(source: Source, place: number): readonly [number, number] {
  const { tokens, partner, language } = source;
  let open = place;
  for (let at = place + 1; at < tokens.length; at++) {
    if (isSign(tokens[at], language.name === 'python' ? ':' : '{') && isLastOnLine(source, at)) return [open, at];
    if (isSign(tokens[at], ';')) open = at;
    if (isLastOnLine(source, at)) return [open, -1];
    if (isSign(tokens[at], '(', '[', '{')) at = partner.get(at) ?? at;
  }
  return [open, -1];
}

const TYPE_WORDS = /^(?:string|number|boolean|bigint|symbol|unknown|any|never|readonly|undefined|null)$/;

/** A list literal without its members. */
export function lists(source: Source, place: number): readonly Edit[] {
  const { tokens, partner, language } = source;
  if (language.name === 'go') return goLists(source, place);
  const close = isSign(tokens[place], '[') ? partner.get(place) : undefined;
  if (close === undefined || endsValue(tokens[place - 1]) || isSign(tokens[place - 1], '}', '>', '#', '!', '?.'))
    return [];
  // What is taken apart, not made.
  if (isWord(tokens[place - 1], 'const', 'let', 'var') || isSign(tokens[close + 1], '=', '=>')) return [];
  if (isWord(tokens[close + 1], 'of') || (language.name === 'typescript' && isTypeList(source, place, close)))
    return [];
  if (language.name === 'c-like') return [];
  return inner(source, 'list', place, close, () => '');
}

const isTypeList = ({ tokens }: Source, open: number, close: number): boolean =>
  tokens.slice(open + 1, close).some(({ kind, text }) => kind === 'name' && TYPE_WORDS.test(text)) ||
  isSign(tokens[open - 1], '|', '<', '&') ||
  (isSign(tokens[open - 1], ':') && isSign(tokens[close + 1], ')', ';', '['));

/** `[]T{…}` and `map[K]V{…}`. */
function goLists(source: Source, place: number): readonly Edit[] {
  const { tokens, partner } = source;
  const close = isSign(tokens[place], '{') && tokens[place]?.apart === false ? partner.get(place) : undefined;
  if (close === undefined || tokens[place - 1]?.kind !== 'name') return [];
  let at = place - 1;
  while (tokens[at]?.kind === 'name' || isSign(tokens[at], '.', '*')) at--;
  return isSign(tokens[at], ']') ? inner(source, 'list', place, close, () => '') : [];
}

/** Parts of a list or text that begin one later or end one earlier. */
export function slices(source: Source, place: number): readonly Edit[] {
  const { tokens, partner, parent, language } = source;
  const token = tokens[place];
  if (token === undefined) return [];
  const here = (at: number, text: string): readonly Edit[] => [{ operator: 'slice', start: at, end: at, text }];
  const scripted = language.name === 'javascript' || language.name === 'typescript';
  if (scripted && isWord(token, 'slice', 'substring', 'subarray') && isSign(tokens[place - 1], '.', '?.')) {
    const first = tokens[place + 2];
    const isOne = isSign(tokens[place + 1], '(') && isSign(tokens[place + 3], ',', ')');
    return isOne && first?.kind === 'name' ? here(first.end, ' + 1') : [];
  }
  const open = parent[place] ?? -1;
  if (!isSign(token, ':') || !isSign(tokens[open], '[') || !endsValue(tokens[open - 1])) return [];
  if (language.name !== 'python' && language.name !== 'go') return [];
  const [before, after] = [tokens[place - 1], tokens[place + 1]];
  const close = tokens[partner.get(open) ?? -1];
  if (before?.kind === 'name' && endsValue(before)) return here(before.end, ' + 1');
  const isEnd = after?.kind === 'name' && beginsValue(after) && tokens[place + 2] === close;
  return isEnd ? here(after.end, ' - 1') : [];
}

/** A call whose two arguments changed places. */
export function swappedArguments(source: Source, place: number): readonly Edit[] {
  const { tokens, partner, text } = source;
  const close = isSign(tokens[place], '(') ? partner.get(place) : undefined;
  const name = tokens[place - 1];
  if (close !== place + 4 || name?.kind !== 'name' || !endsValue(name)) return [];
  if (isWord(tokens[place - 2], 'function', 'def', 'func', 'fn', 'class', 'async', 'get', 'set', 'fun')) return [];
  if (isSign(tokens[close + 1], '{', '=>', ':', '->') || isWord(tokens[close + 1], 'throws')) return [];
  const [first, comma, second] = [tokens[place + 1], tokens[place + 2], tokens[place + 3]];
  if (first?.kind !== 'name' || second?.kind !== 'name' || !isSign(comma, ',') || first.text === second.text) return [];
  const between = text.slice(first.end, second.start);
  return [
    { operator: 'arguments', start: first.start, end: second.end, text: `${second.text}${between}${first.text}` },
  ];
}
