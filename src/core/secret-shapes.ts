/** What keys and tokens of the great services look like. Each begins with something that no other text begins with. */
export const SECRET_SHAPES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  {
    name: 'private-key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[\s\S]){20,8000}(?:-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----)?/,
  },
  { name: 'aws-key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { name: 'github-token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/ },
  { name: 'gitlab-token', pattern: /\bglpat-[A-Za-z0-9_-]{20,64}\b/ },
  { name: 'anthropic-key', pattern: /\bsk-ant-[a-z]{3,5}\d{2}-[A-Za-z0-9_-]{20,200}/ },
  { name: 'openai-key', pattern: /\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,200}|\bsk-[A-Za-z0-9]{48}\b/ },
  {
    name: 'slack-token',
    pattern:
      /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}|\bhttps:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{16,}/,
  },
  { name: 'google-key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])|\bGOCSPX-[A-Za-z0-9_-]{28}\b/ },
  { name: 'stripe-key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,120}\b/ },
  { name: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { name: 'huggingface-token', pattern: /\bhf_[A-Za-z]{34}\b/ },
  { name: 'jwt', pattern: /\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{20,2000}/ },
];

/** A name that says that its value is a secret, then the value: `api_key = "…"`, `PASSWORD=…`, `"token": "…"`, a URL's password. */
const ASSIGNED =
  /(?:^|[^A-Za-z0-9])(?:[A-Za-z0-9]{1,40}[_.-]){0,6}(?:api[_-]?key|apikey|access[_-]?key|secret[_-]?key|private[_-]?key|client[_-]?secret|auth[_-]?token|access[_-]?token|secret|token|passw(?:or)?d|credential)["']?\s{0,3}(?:[:=]|=>)\s{0,3}["'`]?([A-Za-z0-9+/_~.!@#$%^&*-]{16,200}={0,2})/gi;
const IN_URL = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"`]{0,80}:([^\s/@'"`]{8,200})@/gi;

/** What was found, by its place in the text. */
export type SuspectedSecret = { readonly name: string; readonly start: number; readonly end: number };

/** Below this many bits for a character a text has the look of words, not of chance. */
const BITS = 3.5;

/** Places in a text that look like a secret: the shapes above, and random-looking values given to names such as `api_key`. In order, none inside another. */
export function looksSecret(text: string): readonly SuspectedSecret[] {
  const found: SuspectedSecret[] = [];
  for (const { name, pattern } of SECRET_SHAPES) {
    for (const match of text.matchAll(new RegExp(pattern.source, 'g')))
      if (!isPlaceholder(match[0])) found.push({ name, start: match.index, end: match.index + match[0].length });
  }
  for (const [name, pattern] of [
    ['assigned-secret', ASSIGNED],
    ['url-password', IN_URL],
  ] as const) {
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? '';
      const start = match.index + match[0].lastIndexOf(value);
      if (isRandom(value)) found.push({ name, start, end: start + value.length });
    }
  }
  const sorted = found.sort((one, other) => one.start - other.start || other.end - one.end);
  let reached = 0;
  return sorted.filter(({ start, end }) => {
    const apart = start >= reached;
    if (apart) reached = end;
    return apart;
  });
}

/** The text with each place that looks like a secret as `[redacted:looks-like-NAME]`. */
export function maskSecrets(text: string): string {
  // Nothing shorter can hold one, and most texts are short.
  if (text.length < 16) return text;
  const places = looksSecret(text);
  if (places.length === 0) return text;
  let masked = '';
  let from = 0;
  for (const { name, start, end } of places) {
    masked += `${text.slice(from, start)}[redacted:looks-like-${name}]`;
    from = end;
  }
  return masked + text.slice(from);
}

/** `xxxx`, `EXAMPLE`, `0000…`: what documents write where a key would stand. */
const isPlaceholder = (value: string): boolean => /example|placeholder|x{6}|0{8}|\.{3}|<|\$\{/i.test(value);

/**
 * Chance, not words: all of letters in both cases and digits, many different characters for its length, and none of the things that look
 * like chance and are public (hashes in hex, UUIDs, integrity lines, paths, calls, dotted names).
 */
function isRandom(value: string): boolean {
  if (isPlaceholder(value)) return false;
  if (/^(?:[0-9a-f]{7,}|[0-9A-F]{7,})$/.test(value)) return false;
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return false;
  if (/^sha(?:1|256|384|512)-/.test(value)) return false;
  // A path, a dotted name of a program, words with dashes or underscores between them.
  if (/^[./~]|[/.].*[/.].*[/.]/.test(value) && /[a-z]{4,}[/.]/i.test(value)) return false;
  if (/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/.test(value)) return false;
  if (/^[a-z]+(?:[A-Z][a-z]+)+\d?$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/].filter(kind => kind.test(value)).length;
  return kinds === 3 && bitsPerCharacter(value) >= BITS && !hasWords(value);
}

/** Most of it is words: parts that are words or small numbers, or five letters of one case in a row, again and again. */
function hasWords(value: string): boolean {
  const parts = value.split(/[-_./:+]/);
  if (parts.length > 2 && parts.every(part => /^(?:[A-Z]?[a-z]*|[A-Z]+|\d{1,4})$/.test(part))) return true;
  const inWords = (value.match(/[a-z]{5,}|[A-Z][a-z]{4,}|[A-Z]{5,}/g) ?? []).join('').length;
  return inWords * 2 >= value.length;
}

function bitsPerCharacter(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
