import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import { fail, ok, type Result } from '../core/failure.ts';

/**
 * A settings file with these values set, every other byte as it was: a value that is there is replaced in its place, the others
 * are added at the end. Null takes a setting out.
 */
export function withSettings(
  { path, text }: { readonly path: string; readonly text: string },
  values: Readonly<Record<string, string | null>>,
): Result<string> {
  let written = text;
  for (const [name, value] of Object.entries(values)) {
    const next = withSetting(written, name, value);
    if (next === null)
      return fail(
        'settings.invalid',
        `${path} is no list of settings such as "merge: branch".`,
        'Correct it, then try again.',
      );
    written = next;
  }
  return ok(written);
}

/** JSON's strings are YAML too, whatever is in them. */
const lineOf = (name: string, value: string): string =>
  `${name}: ${/^[a-z]+$/.test(value) ? value : JSON.stringify(value)}`;

function withSetting(text: string, name: string, value: string | null): string | null {
  const bom = text.startsWith('\uFEFF') ? 1 : 0;
  const document = parseDocument(text.slice(bom), { prettyErrors: false });
  const root = document.contents;
  if (document.errors.length > 0 || !(root === null || isMap(root) || (isScalar(root) && root.value === null)))
    return null;
  const pair = isMap(root) ? root.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  if (pair === undefined || !isNode(pair.key) || !pair.key.range) {
    if (value === null) return text;
    const gap = text.length === bom || text.endsWith('\n') ? '' : ending;
    return `${text}${gap}${lineOf(name, value)}${ending}`;
  }
  const start = bom + pair.key.range[0];
  const valueEnd = isNode(pair.value) && pair.value.range ? pair.value.range[1] : pair.key.range[1] + 1;
  const end = bom + Math.max(valueEnd, pair.key.range[1]);
  if (value !== null) return text.slice(0, start) + lineOf(name, value) + text.slice(end);
  const lineEnd = text.indexOf('\n', end);
  return text.slice(0, start) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1));
}
