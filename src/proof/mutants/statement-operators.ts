import { type Edit, endsValue, isFirstOnLine, isLastOnLine, isSign, isWord, type Source } from './source.ts';

type Statement = {
  readonly first: number;
  /** Place of its last token, a `;` not counted. */
  readonly last: number;
  readonly start: number;
  /** With its `;`. */
  readonly end: number;
  readonly semicolon: boolean;
};

/** The statement that begins here and ends on the same line, or null. */
function statementAt(source: Source, place: number): Statement | null {
  const { tokens, partner, parent, language } = source;
  const token = tokens[place];
  if (token === undefined || !isFirstOnLine(source, place) || !startsStatement(source, place)) return null;
  const outer = parent[place] ?? -1;
  if (outer >= 0 && (language.name === 'python' || language.name === 'ruby' || !isSign(tokens[outer], '{')))
    return null;
  let end = place;
  for (; !isLastOnLine(source, end); end++) {
    if (!isSign(tokens[end], '(', '[', '{')) continue;
    const close = partner.get(end);
    if (close === undefined || tokens[close]?.line !== token.line) return null;
    end = close;
    if (isLastOnLine(source, end)) break;
  }
  const semicolon = isSign(tokens[end], ';');
  const last = semicolon ? end - 1 : end;
  const ending = tokens[end];
  if (ending === undefined || !ending.single || last < place) return null;
  if (tokens.slice(place, end).some(other => !other.single || isSign(other, ';'))) return null;
  if (!semicolon && (language.semicolons || !endsHere(source, end))) return null;
  return { first: place, last, start: token.start, end: ending.end, semicolon };
}

/** Does what is before this token end a statement or open a block? */
function startsStatement({ tokens, language }: Source, place: number): boolean {
  const before = tokens[place - 1];
  if (before === undefined || isSign(before, ';', '{', '}', ')', ']')) return true;
  if (isSign(before, ':')) return true;
  return (
    !language.semicolons &&
    (endsValue(before) ||
      before.kind === 'regex' ||
      isWord(before, 'return', 'break', 'continue', 'pass', 'do', 'then', 'else'))
  );
}

function endsHere({ tokens, language }: Source, end: number): boolean {
  const next = tokens[end + 1];
  if (
    !endsValue(tokens[end]) &&
    !isSign(tokens[end], '}', '++', '--') &&
    !isWord(tokens[end], 'break', 'continue', 'return', 'raise')
  )
    return false;
  return (
    next === undefined ||
    language.name === 'python' ||
    next.kind !== 'operator' ||
    isSign(next, '}', '@', '#', '!', '++', '--', '{')
  );
}

const ALONE = ['break', 'continue', 'throw', 'raise', 'delete', 'del', 'await', 'defer', 'go', 'yield'];
const ASSIGNS = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '||=', '&&=', '??=', '<<=', '>>=', '**=', '//='];
const DECLARES =
  /^(?:const|let|var|function|class|def|async|import|export|type|interface|enum|struct|fn|func|pub|public|private|protected|static|readonly|abstract|final|override|get|set|if|else|elif|for|while|switch|match|case|default|try|catch|except|finally|with|do|end|return|package|use|using|namespace|int|long|double|float|bool|char|void|auto|unsigned|val|fun|assert|print|super|self\.super)$/;

/** Does the statement do something that can be left out: call, assign, throw, break? */
function doesSomething({ tokens, parent }: Source, { first, last }: Statement): boolean {
  const token = tokens[first];
  if (token === undefined || token.kind === 'string' || DECLARES.test(token.text)) return false;
  if (isWord(token, ...ALONE)) return true;
  if (isSign(tokens[first + 1], ':')) return false;
  // `Type name = value`, `Type name(…)`
  if (token.kind === 'name' && tokens[first + 1]?.kind === 'name') return false;
  if (isSign(tokens[last], '++', '--') || isSign(token, '++', '--')) return true;
  const depth = parent[first];
  const assigns = tokens
    .slice(first, last)
    .some((other, at) => isSign(other, ...ASSIGNS) && parent[first + at] === depth);
  return assigns || (isSign(tokens[last], ')') && token.kind === 'name');
}

/** A statement left out. */
export function statements(source: Source, place: number): readonly Edit[] {
  const statement = statementAt(source, place);
  if (statement === null || !doesSomething(source, statement)) return [];
  const { start, end, semicolon } = statement;
  const { language } = source;
  const nothing = semicolon && language.nothing === '' ? ';' : language.nothing;
  const dropped: Edit = { operator: 'statement', start, end, text: nothing };
  const early = isWord(source.tokens[place], 'return', 'throw', 'raise', 'break', 'continue')
    ? null
    : earlyReturn(source, place);
  return early === null ? [dropped] : [dropped, { operator: 'return', start, end, text: early }];
}

/** What leaves the function here, where that can be said without a value. */
function earlyReturn(source: Source, place: number): string | null {
  const { tokens, parent, language } = source;
  if (language.name === 'python') return inPythonFunction(source, place) ? 'return' : null;
  if (language.name !== 'javascript' && language.name !== 'typescript') return null;
  for (let open = parent[place] ?? -1; open >= 0; open = parent[open] ?? -1) {
    if (isSign(tokens[open], '{') && opensFunction(source, open)) return 'return;';
  }
  return null;
}

function opensFunction({ tokens, partner }: Source, open: number): boolean {
  const before = tokens[open - 1];
  if (isSign(before, '=>')) return true;
  const bracket = partner.get(isSign(before, ')') ? open - 1 : beforeReturnType(tokens, open));
  return (
    bracket !== undefined && !isWord(tokens[bracket - 1], 'if', 'for', 'while', 'switch', 'catch', 'with', 'await')
  );
}

/** The `)` of `(…): Type {`, or -1. */
function beforeReturnType(tokens: Source['tokens'], open: number): number {
  for (let at = open - 1; at > 0 && tokens[at]?.line === tokens[open]?.line && !isSign(tokens[at], ';', '{', '}'); at--)
    if (isSign(tokens[at], ':') && isSign(tokens[at - 1], ')')) return at - 1;
  return -1;
}

function inPythonFunction({ tokens, text }: Source, place: number): boolean {
  const columnOf = (start: number): number => start - (text.lastIndexOf('\n', start - 1) + 1);
  let column = columnOf(tokens[place]?.start ?? 0);
  for (let at = place - 1; at >= 0 && column > 0; at--) {
    const token = tokens[at];
    if (token === undefined || (tokens[at - 1]?.line ?? 0) === token.line || columnOf(token.start) >= column) continue;
    if (isWord(token, 'def') || (isWord(token, 'async') && isWord(tokens[at + 1], 'def'))) return true;
    if (isWord(token, 'class')) return false;
    column = columnOf(token.start);
  }
  return false;
}

/** A function that gives nothing back. */
export function returns(source: Source, place: number): readonly Edit[] {
  const { tokens, language, text } = source;
  const token = tokens[place];
  if (token === undefined || !isWord(token, 'return') || isLastOnLine(source, place)) return [];
  const statement = statementAt(source, place);
  if (statement === null || statement.last === place) return [];
  const value = tokens[place + 1]?.start ?? statement.end;
  const end = tokens[statement.last]?.end ?? statement.end;
  const last = tokens[statement.last];
  if (language.name === 'go')
    return last !== undefined && isWord(last, 'err') && !isSign(tokens[statement.last - 1], '.')
      ? [{ operator: 'return', start: last.start, end: last.end, text: 'nil' }]
      : [];
  if (language.null === null) return [];
  const is = text.slice(value, end);
  const scripted = language.name === 'javascript' || language.name === 'typescript';
  if (is === language.null && !scripted) return [];
  return [{ operator: 'return', start: value, end, text: is === language.null ? 'undefined' : language.null }];
}
