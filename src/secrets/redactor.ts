export type Secret = { readonly name: string; readonly value: string };

/** Shorter values are left alone: taking every `dev` out of a text would hide more than it protects. */
const SHORTEST = 6;

/**
 * A function that takes known secrets out of a text: each occurrence becomes `[redacted:NAME]`, whether it stands as it is,
 * escaped inside JSON (once or twice), URL-encoded, in base64 or base64url (also when it is only a part of what was
 * encoded), or in hex. It keeps no state: a secret cut between two texts is not seen.
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
  return text => text.replace(pattern, found => `[redacted:${names.get(found)}]`);
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function forms(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value.toWellFormed());
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map(shift => insideBase64(bytes, shift));
  return [
    value,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    ...base64,
    ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
  ];
}

/** The characters of a base64 text that depend on the value alone when it begins `shift` bytes into a group of three. */
function insideBase64(bytes: Buffer, shift: number): string {
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .slice(first, last);
}
