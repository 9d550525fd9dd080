import { err, ok, type Result } from '../core/failure.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** A file's bytes as text: `encodeText` of it gives the very same bytes. The text does not hold the BOM. */
export type DecodedText = { readonly encoding: Encoding; readonly bom: string; readonly text: string };

const BOM = '\ufeff';
/** The characters of the bytes 0x80 to 0x9f; a space stands for a byte that has none. */
const HIGH = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** The text of a file's bytes, or why they are not taken for text. Only an encoding that is certain is taken. */
export function decodeText(bytes: Uint8Array): Result<DecodedText, string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return decodeUtf16(buffer, 'utf-16le');
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return decodeUtf16(buffer, 'utf-16be');
  if (buffer.includes(0)) return err('it holds NUL bytes');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer);
    return ok(text.startsWith(BOM) ? { encoding: 'utf-8', bom: BOM, text: text.slice(1) } : plain('utf-8', text));
  } catch {
    const doubt = doubtOfLatin(buffer);
    return doubt === null ? ok(plain('windows-1252', latinText(buffer))) : err(doubt);
  }
}

const plain = (encoding: Encoding, text: string): DecodedText => ({ encoding, bom: '', text });

function decodeUtf16(buffer: Buffer, encoding: 'utf-16le' | 'utf-16be'): Result<DecodedText, string> {
  if (buffer.length % 2 === 1) return err('it begins like UTF-16 and has an odd number of bytes');
  const text = (encoding === 'utf-16le' ? buffer : Buffer.from(buffer).swap16()).toString('utf16le').slice(1);
  if (text.includes('\0')) return err('it begins like UTF-16 and holds NUL characters');
  return text.isWellFormed()
    ? ok({ encoding, bom: BOM, text })
    : err('it begins like UTF-16 and holds halves of characters');
}

/** The bytes of a text, or the first character that the encoding does not have. */
export function encodeText({ encoding, bom, text }: DecodedText): Result<Uint8Array, string> {
  if (encoding === 'utf-8') return ok(Buffer.from(bom + text, 'utf8'));
  if (encoding !== 'windows-1252') {
    const little = Buffer.from(bom + text, 'utf16le');
    return ok(encoding === 'utf-16le' ? little : little.swap16());
  }
  const codes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isSame = code < 0x80 || (code >= 0xa0 && code <= 0xff);
    const high = isSame ? -1 : HIGH.indexOf(character);
    if (!isSame && high < 0) return err(character);
    codes.push(isSame ? code : 0x80 + high);
  }
  return ok(Buffer.from(codes));
}

const latinText = (buffer: Buffer): string =>
  buffer.toString('latin1').replace(/[\x80-\x9f]/g, character => HIGH.charAt(character.charCodeAt(0) - 0x80));

/** Why bytes that are not UTF-8 may be something else than Latin-1 or Windows-1252; null when nothing speaks against it. */
function doubtOfLatin(buffer: Buffer): string | null {
  const raw = buffer.toString('latin1');
  const not = 'it is not valid UTF-8, and';
  if (/[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]/.test(raw)) return `${not} it holds control characters`;
  if (/[\x81\x8d\x8f\x90\x9d]/.test(raw)) return `${not} it holds bytes that Windows-1252 does not have`;
  const high = count(raw, /[\x80-\xff]/g);
  const sequences = count(raw, /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g);
  if (sequences > 0 && high - 2 * sequences <= sequences) return `${not} it mixes UTF-8 with other bytes`;
  // Words of other alphabets: long runs of high bytes, or signs where letters are expected.
  const runs = raw.match(/[\x80-\xff]{4,}/g) ?? [];
  const signs = count(
    raw,
    /(?<=[a-zA-Z\xc0-\xff])[\x80-\x91\x93-\x99\x9b\xa1-\xa9\xab\xac\xae-\xb4\xb6\xb8\xb9\xbb-\xbf](?=[a-zA-Z\xc0-\xff])/g,
  );
  if ((runs.length >= 3 && runs.join('').length * 2 > high) || signs * 4 > high)
    return `${not} which other encoding it has is not certain`;
  return null;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
