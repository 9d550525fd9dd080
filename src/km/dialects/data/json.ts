/** A JSON value that knows its line. Objects are maps, so that no key of the text means anything to this program. */
export type Json = {
  /** 1-based. */
  readonly line: number;
  readonly value: string | number | boolean | null | readonly Json[] | JsonObject;
};
export type JsonObject = ReadonlyMap<string, Json>;

export type JsonRead =
  | { readonly ok: true; readonly json: Json }
  | { readonly ok: false; readonly line: number; readonly problem: string };

/** Deeper nesting is no plan. */
const DEPTH_LIMIT = 500;

class JsonError extends Error {}

type Scanner = { readonly text: string; at: number; line: number };

/** Reads a JSON text. A comma after the last item is let through, as some tools write it; anything else wrong is named with its line. */
export function readJson(text: string, firstLine = 1): JsonRead {
  const scanner: Scanner = { text, at: text.startsWith('\uFEFF') ? 1 : 0, line: firstLine };
  try {
    const json = readValue(scanner, 0);
    skipSpace(scanner);
    if (scanner.at < text.length) throw new JsonError('there is more text after its end');
    return { ok: true, json };
  } catch (problem) {
    if (!(problem instanceof JsonError)) throw problem;
    return { ok: false, line: scanner.line, problem: problem.message };
  }
}

function skipSpace(scanner: Scanner): void {
  for (; scanner.at < scanner.text.length; scanner.at += 1) {
    const code = scanner.text.charCodeAt(scanner.at);
    if (code === 10) scanner.line += 1;
    else if (code !== 32 && code !== 9 && code !== 13) return;
  }
}

const expected = (what: string, { text, at }: Scanner): JsonError =>
  new JsonError(at >= text.length ? `the text ends where ${what} is expected` : `${what} is expected here`);

function readValue(scanner: Scanner, depth: number): Json {
  skipSpace(scanner);
  const { line } = scanner;
  if (depth > DEPTH_LIMIT) throw new JsonError(`it is nested more than ${DEPTH_LIMIT} deep`);
  const first = scanner.text[scanner.at];
  if (first === '{') return { line, value: readObject(scanner, depth) };
  if (first === '[') return { line, value: readList(scanner, depth) };
  if (first === '"') return { line, value: readString(scanner) };
  return { line, value: readWord(scanner) };
}

const WORD = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readWord(scanner: Scanner): number | boolean | null {
  WORD.lastIndex = scanner.at;
  const word = WORD.exec(scanner.text)?.[0];
  if (word === undefined) throw expected('a value', scanner);
  scanner.at += word.length;
  if (word === 'null') return null;
  return word === 'true' ? true : word === 'false' ? false : Number(word);
}

function readString(scanner: Scanner): string {
  const { text, at } = scanner;
  let end = at + 1;
  let escaped = false;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 34) break;
    if (code < 32) throw new JsonError('a text is not closed on its line');
    if (code !== 92) continue;
    escaped = true;
    end += 1;
  }
  if (end >= text.length) throw new JsonError('a text is not closed');
  scanner.at = end + 1;
  return escaped ? unescaped(text.slice(at, end + 1)) : text.slice(at + 1, end);
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new JsonError('a text has an escape that JSON does not know');
  }
}

function readList(scanner: Scanner, depth: number): readonly Json[] {
  const items: Json[] = [];
  scanner.at += 1;
  while (!ends(scanner, ']')) {
    items.push(readValue(scanner, depth + 1));
    between(scanner, ']');
  }
  return items;
}

function readObject(scanner: Scanner, depth: number): JsonObject {
  const entries = new Map<string, Json>();
  scanner.at += 1;
  while (!ends(scanner, '}')) {
    if (scanner.text[scanner.at] !== '"') throw expected('a name in quotes', scanner);
    const name = readString(scanner);
    skipSpace(scanner);
    if (scanner.text[scanner.at] !== ':') throw expected('a colon', scanner);
    scanner.at += 1;
    entries.set(name, readValue(scanner, depth + 1));
    between(scanner, '}');
  }
  return entries;
}

/** Is the closing bracket here? Steps over it. */
function ends(scanner: Scanner, bracket: string): boolean {
  skipSpace(scanner);
  if (scanner.text[scanner.at] !== bracket) return false;
  scanner.at += 1;
  return true;
}

function between(scanner: Scanner, bracket: string): void {
  skipSpace(scanner);
  const next = scanner.text[scanner.at];
  if (next === ',') scanner.at += 1;
  else if (next !== bracket) throw expected(`a comma or ${bracket}`, scanner);
}
