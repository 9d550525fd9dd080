/** One `import` or `export … from` of a file; `dynamic` is `import('…')`. `types` when nothing of it is left at run time. */
export type ImportLine = { readonly from: string; readonly types: boolean; readonly dynamic: boolean };

/** A regular expression may begin after one of these; after anything else a slash divides or closes a tag. */
const BEFORE_PATTERN =
  /(?:^|[=(,:;!&|?{[+*%~^-]|=>|\b(?:return|typeof|case|in|of|void|delete|do|else|throw|await|yield))\s*$/;

/**
 * The code of a file with comments removed and the insides of strings, templates and regular expressions blanked (`keep`
 * leaves quoted strings as they are). Code inside `${}` of a template is code. Line breaks stay.
 */
export function bareCode(text: string, keep = false): string {
  let bare = '';
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at, bare);
    const piece = text.slice(at, end);
    if (end === at + 1) bare += piece;
    else if (piece.startsWith('//') || piece.startsWith('/*')) bare += piece.replace(/[^\n]/g, ' ');
    else if (keep && /^['"]/.test(piece)) bare += piece;
    else if (piece.startsWith('`')) bare += bareTemplate(piece, keep);
    else bare += `${piece[0]}${piece.slice(1, -1).replace(/[^\n]/g, ' ')}${piece.at(-1)}`;
    at = end;
  }
  return bare;
}

function bareTemplate(template: string, keep: boolean): string {
  let bare = '';
  for (let at = 0; at < template.length; ) {
    if (template.startsWith('${', at)) {
      const end = endOfHole(template, at + 2);
      bare += `\${${bareCode(template.slice(at + 2, end - 1), keep)}}`;
      at = end;
    } else {
      const size = template[at] === '\\' ? 2 : 1;
      bare += template.slice(at, at + size).replace(/[^\n`]/g, ' ');
      at += size;
    }
  }
  return bare;
}

/** Where the comment, string, template or pattern that begins at `at` ends; `at + 1` for plain code. */
function endOfPiece(text: string, at: number, before: string): number {
  const start = text[at];
  if (text.startsWith('//', at)) return until(text, '\n', at, 0);
  if (text.startsWith('/*', at)) return until(text, '*/', at + 2, 2);
  if (start === "'" || start === '"') return endOfQuoted(text, at + 1, start);
  if (start === '`') return endOfTemplate(text, at + 1);
  return start === '/' && BEFORE_PATTERN.test(before.slice(-40)) ? endOfPattern(text, at + 1) : at + 1;
}

function until(text: string, mark: string, from: number, length: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + length;
}

/** An apostrophe in the text of a tag opens nothing: a quoted string ends on its own line. */
function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return from;
}

function endOfTemplate(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return at + 1;
    else if (text.startsWith('${', at)) at = endOfHole(text, at + 2) - 1;
  }
  return text.length;
}

/** The end of `${…}`, which may hold strings and templates of its own. */
function endOfHole(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; ) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at + 1;
    at = endOfPiece(text, at, text.slice(from, at));
  }
  return text.length;
}

function endOfPattern(text: string, from: number): number {
  let inClass = false;
  for (let at = from; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
  }
  return from;
}

const STATIC = /(?:^|[;}\n])\s*(import|export)\b\s*([^;'"`]*?)(?:\bfrom\s*)?(['"])([^'"\n]+)\3/g;
const DYNAMIC = /\bimport\s*\(\s*(['"])([^'"\n]+)\1/g;
/** `import('…').Name` in the place of a type. */
const IN_TYPE = /(?::|<|\||&|\bas\b|\bextends\b|\btypeof\b|=(?!>))\s*$/;

/** All imports of a file. A list whose every name says `type` counts as types only. */
export function readImports(text: string): readonly ImportLine[] {
  const code = bareCode(text, true);
  const fixed = [...code.matchAll(STATIC)].flatMap(([whole, word, clause = '', , from = '']) => {
    if (word === 'export' && !/\bfrom\s*['"]/.test(whole)) return [];
    return [{ from, types: isTypesOnly(clause), dynamic: false }];
  });
  const dynamic = [...code.matchAll(DYNAMIC)].map(match => {
    const after = code.slice(match.index + match[0].length);
    const types = IN_TYPE.test(code.slice(0, match.index)) && /^\s*\)\s*\./.test(after);
    return { from: match[2] ?? '', types, dynamic: true };
  });
  return [...fixed, ...dynamic];
}

function isTypesOnly(clause: string): boolean {
  const words = clause.trim();
  if (/^type\b(?!\s*(?:,|from\b|$))/.test(words)) return true;
  const names = /^\{([^}]*)\}/
    .exec(words)?.[1]
    ?.split(',')
    .map(name => name.trim());
  const listed = names?.filter(name => name !== '') ?? [];
  return listed.length > 0 && listed.every(name => /^type\s+(?!as\b)/.test(name));
}
