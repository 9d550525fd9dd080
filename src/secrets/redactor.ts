export type Secret = { readonly name: string; readonly value: string };

/** Shorter values are left alone: taking every `dev` out of a text would hide more than it protects. */
const SHORTEST = 6;

/**
 * A function that takes known secrets out of a text: each occurrence becomes `[redacted:NAME]`, whether it stands as it is,
 * escaped inside JSON (once or twice), URL-encoded, in base64 or base64url (also when it is only a part of what was
 * encoded), or in hex; these also in lines, as `base64` and `xxd` print them. Of a secret of several lines each long one is
 * taken out by itself too. It keeps no state: a secret cut between two texts is not seen.
 */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const names = new Map<string, string>();
  for (const { name, value } of secrets) {
    for (const form of value.trim().length < SHORTEST ? [] : forms(value.trim())) {
      if (form.length >= SHORTEST && !names.has(form)) names.set(form, name);
    }
  }
  if (names.size === 0) return text => text;
  // The longest first: one secret may be the beginning of another.
  const patterns = [...names.keys()].sort((left, right) => right.length - left.length).map(form => escapePattern(form));
  const pattern = new RegExp(patterns.join('|'), 'g');
  const mark = (found: string): string => `[redacted:${names.get(found)}]`;
  return text =>
    text.replace(pattern, mark).replace(CODE_IN_LINES, block => joined(block, whole => whole.replace(pattern, mark)));
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Where a tool that encodes breaks its lines, also inside JSON. */
const LINE_END = /(?:\\r)?(?:\\n|\r?\n)[ \t]*/g;
/** Lines of base64 or hex. It begins where such a text begins, so that a long line is looked at once. */
const CODE_IN_LINES = /(?<![\w+/=-])[\w+/=-]{16,}(?:(?:\\r)?(?:\\n|\r?\n)[ \t]*[\w+/=-]+)+/g;

/** What `clean` makes of the lines as one; the lines as they are where it finds nothing in them. */
function joined(lines: string, clean: (text: string) => string): string {
  const whole = lines.replace(LINE_END, '');
  const cleaned = clean(whole);
  return cleaned === whole ? lines : cleaned;
}

function forms(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const percent = encodeURIComponent(value.toWellFormed());
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map(shift => insideBase64(bytes, shift));
  return [
    value,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    percent,
    percent.replaceAll('%20', '+'),
    percent.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    ...base64,
    ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    ...longLines(value),
  ];
}

const LONG_LINE = 16;
/** The lines of a private key and its like; those of dashes around it are no secret. */
const longLines = (value: string): readonly string[] =>
  value
    .split(/\r?\n|\\n/)
    .filter((line, _, all) => all.length > 1 && line.length >= LONG_LINE && !line.startsWith('-----'));

/** The characters of a base64 text that depend on the value alone when it begins `shift` bytes into a group of three. */
function insideBase64(bytes: Buffer, shift: number): string {
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .slice(first, last);
}
