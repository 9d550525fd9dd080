import { isFirstOnLine, isLastOnLine, isSign, isWord, type Source, statementEnd } from './source.ts';

/**
 * What may be mutated at a token. `nothing`: imports, types, decorators, declarations, log lines, docstrings. `constants`: the head of a
 * function, where only default values do something. `no-text`: a string there is a name and no value.
 */
export type Zone = 'nothing' | 'constants' | 'no-text';

const LOG =
  /^(?:(?:this|self)\.)?(?:console\.|_?log(?:s|ger|ging)?(?:\.|\()|slog\.|process\.std(?:out|err)\.|fmt\.F?[Pp]rint|e?print(?:ln|f)?!?\(|System\.(?:out|err)\.|Console\.Write|std::c(?:out|err)|c(?:out|err)<<|puts\b|debug\(|warn\(|NSLog\(|error_log\(|echo\b)/;

/** The zones of a source, by the places of its tokens. */
export function zonesOf(source: Source): ReadonlyMap<number, Zone> {
  const zones = new Map<number, Zone>();
  const spans = [...source.tokens.keys()].flatMap(place => spansAt(source, place));
  for (const { from, to, zone } of spans)
    for (let place = from; place <= to; place++) if (zones.get(place) !== 'nothing') zones.set(place, zone);
  return zones;
}

type Span = { readonly from: number; readonly to: number; readonly zone: Zone };
const span = (from: number, to: number, zone: Zone): readonly Span[] => [{ from, to, zone }];

const isLog = ({ tokens }: Source, place: number): boolean =>
  (tokens[place]?.kind === 'name' || tokens[place]?.kind === 'keyword') &&
  LOG.test(
    tokens
      .slice(place, place + 6)
      .map(({ text }) => text)
      .join(''),
  );

function spansAt(source: Source, place: number): readonly Span[] {
  if (isModuleName(source, place) || isStructTag(source, place)) return span(place, place, 'no-text');
  if (!isFirstOnLine(source, place)) return [];
  return isLog(source, place) ? span(place, statementEnd(source, place), 'nothing') : spansOfStatement(source, place);
}

function spansOfStatement(source: Source, place: number): readonly Span[] {
  const { tokens } = source;
  if (isSign(tokens[place], '@') || (isSign(tokens[place], '#') && isSign(tokens[place + 1], '[', '!')))
    return span(place, decoratorEnd(source, place), 'nothing');
  switch (source.language.name) {
    case 'javascript':
    case 'typescript':
      return spansOfScript(source, place);
    case 'python':
      return spansOfPython(source, place);
    case 'go':
      return spansOfGo(source, place);
    default:
      if (
        isWord(tokens[place], 'import', 'use', 'using', 'package', 'require', 'require_relative', 'namespace', 'mod') ||
        tokens[place]?.text.startsWith('#')
      )
        return span(place, statementEnd(source, place), 'nothing');
      return [];
  }
}

/** The end of `@name.of(its, arguments)` or `#[…]`. */
function decoratorEnd(source: Source, place: number): number {
  const { tokens, partner } = source;
  let at = place;
  while (at < tokens.length - 1 && !isLastOnLine(source, at)) {
    at++;
    if (isSign(tokens[at], '(', '[')) return partner.get(at) ?? at;
  }
  return at;
}

function spansOfScript(source: Source, place: number): readonly Span[] {
  const { tokens, partner } = source;
  const exported = isWord(tokens[place], 'export') ? 1 : 0;
  const declared = isWord(tokens[place + exported], 'declare') ? 1 : 0;
  const at = place + exported + declared;
  const [first, second] = [tokens[at], tokens[at + 1]];
  const isImport = isWord(first, 'import') && !isSign(second, '(', '.');
  const isReexport = exported === 1 && isSign(first, '*', '{');
  const isType = isWord(first, 'type') && second?.kind === 'name' && isSign(tokens[at + 2], '=', '<');
  if (isImport || isReexport || isType || declared === 1) return span(place, statementEnd(source, place), 'nothing');
  if (isWord(first, 'interface') && second?.kind === 'name') {
    const open = tokens.findIndex((token, index) => index > at && isSign(token, '{'));
    return span(place, partner.get(open) ?? open, 'nothing');
  }
  const isDirective = first?.kind === 'string' && isLastOnLine(source, isSign(second, ';') ? at + 1 : at);
  return isDirective ? span(at, at, 'nothing') : [];
}

function spansOfPython(source: Source, place: number): readonly Span[] {
  const { tokens, partner } = source;
  const first = tokens[place];
  if (isWord(first, 'import', 'from', 'global', 'nonlocal')) return span(place, statementEnd(source, place), 'nothing');
  const isStatement = (source.parent[place] ?? -1) < 0;
  if (isStatement && first?.kind === 'string' && isLastOnLine(source, place)) return span(place, place, 'nothing');
  if (isWord(first, 'def', 'class') || (isWord(first, 'async') && isWord(tokens[place + 1], 'def'))) {
    let at = place;
    while (at < tokens.length - 1 && !isSign(tokens[at], ':'))
      at = (partner.get(at) ?? at) > at ? (partner.get(at) ?? at) : at + 1;
    return span(place, at, 'constants');
  }
  // `name: annotation = value`
  if (!isStatement || first?.kind !== 'name' || isWord(first, 'else', 'try', 'finally')) return [];
  let at = place + 1;
  while (isSign(tokens[at], '.') && tokens[at + 1]?.kind === 'name') at += 2;
  if (!isSign(tokens[at], ':') || isLastOnLine(source, at)) return [];
  const end = statementEnd(source, place);
  const value = tokens.findIndex((token, index) => index > at && index <= end && isSign(token, '='));
  return span(at, value < 0 ? end : value, 'nothing');
}

function spansOfGo(source: Source, place: number): readonly Span[] {
  const { tokens, partner } = source;
  if (isWord(tokens[place], 'import', 'package')) return span(place, statementEnd(source, place), 'nothing');
  if (isWord(tokens[place], 'type')) return span(place, statementEnd(source, place), 'nothing');
  if (!isWord(tokens[place], 'func')) return [];
  let at = place;
  while (at < tokens.length - 1 && !isSign(tokens[at], '{'))
    at = isSign(tokens[at], '(') ? (partner.get(at) ?? at) + 1 : at + 1;
  return span(place, at, 'nothing');
}

/** The string of `import('x')`, `require('x')` or an object's key. */
function isModuleName({ tokens }: Source, place: number): boolean {
  if (tokens[place]?.kind !== 'string') return false;
  return isSign(tokens[place - 1], '(') && isWord(tokens[place - 2], 'import', 'require', 'require_once', 'include');
}

const isStructTag = (source: Source, place: number): boolean =>
  source.language.name === 'go' && /^`\w+:"/.test(source.tokens[place]?.text ?? '') && isLastOnLine(source, place);
