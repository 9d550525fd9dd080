/** A text without the marks of strong and struck text around the whole of it. */
const plainText = (text: string): string =>
  text
    .trim()
    .replace(/^(\*\*|__|~~)((?:(?!\1).)+)\1$/, '$2')
    .trim();

/** A title without the marks of strong text; links and code stay as they are. */
export const cleanTitle = (content: string): string =>
  plainText(content)
    .split(/(`+[^`]*`+)/)
    .map((part, place) => (place % 2 === 1 ? part : part.replace(/\*\*|~~/g, '')))
    .join('')
    .replace(/[ \t]+/g, ' ')
    .replace(/(?<=\S) ?:$/, '')
    .trim();

/** The whole of a text is struck through. */
export const isStruck = (content: string): boolean => /^~~[^~]+~~\.?$/.test(content.trim());

export type Keyed = { readonly key: string; readonly title: string };

const SEPARATOR = String.raw`(?:\s*[:.)|]+\s*|\s+[-–—]+\s+|\s*[–—]\s*)`;
const FORMS: readonly RegExp[] = [
  new RegExp(
    String.raw`^[[(]?(?:sub-?task|task|ticket)s?[ \t]*(#?\d+(?:\.\d+)*[a-z]?)[\])]?(?:${SEPARATOR}|\s+)(.+)$`,
    'iu',
  ),
  new RegExp(String.raw`^[[(]?(?:story|issue)[ \t]*(#?\d+(?:\.\d+)*[a-z]?)[\])]?${SEPARATOR}(.+)$`, 'iu'),
  /^\[(#?\d{1,5}|[A-Z][A-Z\d]{0,9}-\d+[a-z]?|T\d+[a-z]?)\][:.]?\s+(.+)$/u,
  /^#(\d{1,5})(?:\s*[:.)–—-]+\s+|\s+)(.+)$/u,
  /^(T-?\d{1,4}[a-z]?(?:\.\d+)*)(?:\s*[:.)–—-]+\s+|\s+)(.+)$/u,
  new RegExp(String.raw`^(\p{Lu}{1,10}-?\d+(?:\.\d+)*[a-z]?)${SEPARATOR}(.+)$`, 'u'),
];

/** Splits `Task 3: Title`, `#004 Title`, `[AB-12] Title`, `T-12 — Title` or `S1.1 – Title` into key and title. */
export function splitKey(content: string): Keyed | null {
  const plain = content.replace(/\*\*/g, '').trim();
  for (const [place, form] of FORMS.entries()) {
    const match = form.exec(plain);
    const title = match?.[2]?.trim() ?? '';
    if (match === null || title === '') continue;
    const key = match[1] ?? '';
    if (place === 0) return { key: key.startsWith('#') ? key : `T${key}`, title };
    return { key: place === 3 ? `#${key}` : key, title };
  }
  return null;
}
