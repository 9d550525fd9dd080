/** A JSON object, as opposed to an array, a scalar or null. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of keys of something unknown, or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

export const stringAt = (value: unknown, ...path: readonly (string | number)[]): string | null => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : null;
};

export const numberAt = (value: unknown, ...path: readonly (string | number)[]): number | null => {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
};

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Index after the object or array that begins at `start`, or null when it is not closed. Strings are skipped. */
export function balancedEnd(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let place = start; place < text.length; place++) {
    const character = text[place];
    if (quoted) {
      if (character === '\\') place++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return place + 1;
    }
  }
  return null;
}

/**
 * Parses the JSON of a model, mending what models get wrong without changing its meaning: text around it, line breaks
 * inside strings, commas before a closing bracket, brackets too many at the end. Something that is cut off is not mended,
 * as half a file must never be written. Undefined when nothing helps.
 */
export function parseLoosely(text: string): unknown {
  const whole = parseJson(text);
  if (whole !== undefined) return whole;
  const start = text.search(/[{[]/);
  if (start < 0) return undefined;
  const end = balancedEnd(text, start);
  if (end === null) return undefined;
  const body = text.slice(start, end);
  return parseJson(body) ?? parseJson(mend(body));
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function mend(json: string): string {
  let mended = '';
  let quoted = false;
  for (let place = 0; place < json.length; place++) {
    const character = json[place] ?? '';
    if (quoted && character === '\\') mended += character + (json[++place] ?? '');
    else if (quoted) {
      mended += ESCAPES[character] ?? character;
      quoted = character !== '"';
    } else {
      quoted = character === '"';
      if (character !== ',' || !/^\s*[}\]]/.test(json.slice(place + 1, place + 200))) mended += character;
    }
  }
  return mended;
}
