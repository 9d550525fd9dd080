import { isMap, parseDocument } from 'yaml';

export type FrontMatter = {
  /** The text of a value; empty where it is missing or no plain value. */
  text(...names: readonly string[]): string;
  /** A list; a plain value is a list of one. */
  list(...names: readonly string[]): readonly string[];
  readonly body: string;
  /** 1-based line of the first dashes. */
  readonly line: number;
};

type Fields = ReadonlyMap<unknown, unknown>;

const AT_START = /^\uFEFF?()---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
/** Behind a few lines of prose or the opening of a code fence, as people and models wrap a whole file. */
const LATER = /^(\uFEFF?(?:(?!---)[^\n]*\n){1,40}?)---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** What stands between the two lines of dashes at the start of a text, or `later`; null where there is none. */
export function readFrontMatter(text: string, later = false): FrontMatter | null {
  const match = AT_START.exec(text) ?? (later ? LATER.exec(text) : null);
  if (match === null) return null;
  const head = match[2] ?? '';
  const fields = readYaml(head) ?? readLines(head);
  const value = (names: readonly string[]) => names.map(name => fields.get(name)).find(found => found != null);
  return {
    text: (...names) => plain(value(names)),
    list: (...names) => {
      const found = value(names);
      const texts = Array.isArray(found)
        ? found.map(plain)
        : plain(found)
            .split(',')
            .map(text => text.trim());
      return [...new Set(texts.filter(text => text !== ''))];
    },
    body: text.slice(match[0].length),
    line: (match[1] ?? '').split('\n').length,
  };
}

/** The fields of a YAML text as a map; null when it is no map or not YAML. */
export function readYaml(text: string): Fields | null {
  // 1.2 core: `2025-06-03` and `yes` stay texts.
  try {
    // Values nested too deep make the library throw.
    const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
    if (document.errors.length > 0 || !isMap(document.contents)) return null;
    const fields: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 100 });
    return fields instanceof Map ? fields : null;
  } catch {
    return null;
  }
}

/** `name: value` line by line, for what people wrote that is no YAML (a colon in a title). */
function readLines(text: string): Fields {
  const fields = new Map<string, string | string[]>();
  let last = '';
  for (const line of text.split(/\r?\n/)) {
    const item = /^\s*-\s+(.*)$/.exec(line);
    const pair = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line);
    if (pair !== null) {
      last = pair[1] ?? '';
      const value = unquoted(pair[2] ?? '');
      fields.set(last, /^\[.*\]$/.test(value) ? value.slice(1, -1).split(',').map(unquoted) : value);
    } else if (item !== null && last !== '') {
      const before = fields.get(last);
      fields.set(last, [...(Array.isArray(before) ? before : []), unquoted(item[1] ?? '')]);
    }
  }
  return fields;
}

const unquoted = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, '$2');

function plain(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed().trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
