import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fileTools } from '../../src/workspace/files.ts';

// Random edits beside what they must give, byte by byte. The expected bytes are put together from the parts that made the file,
// never by the code that is tried.

const ENCODINGS = ['utf-8', 'utf-8 with BOM', 'utf-16le', 'utf-16be', 'latin-1'] as const;
type EncodingName = (typeof ENCODINGS)[number];

const WINDOWS: Readonly<Record<string, number>> = { '€': 0x80, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '–': 0x96 };

/** Bytes of a text; the mark at a file's start is put in front by `file`. */
export function bytesIn(encoding: EncodingName, text: string): Buffer {
  if (encoding.startsWith('utf-8')) return Buffer.from(text, 'utf8');
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from([...text].map(character => WINDOWS[character] ?? character.charCodeAt(0)));
}

const file = (encoding: EncodingName, text: string): Buffer =>
  bytesIn(encoding, encoding === 'utf-8' || encoding === 'latin-1' ? text : `\ufeff${text}`);

const WORDS = [
  'call',
  'x = 1;',
  'née',
  'été',
  'Grüße',
  'señor',
  '“so”',
  'it’s',
  '–',
  'a\tb',
  '\u00a0',
  '€',
  '{',
  '}',
  '// -',
];
/** What Latin-1 cannot hold beside it. */
const WIDE = [...WORDS, '日本', '🙂', 'cafe\u0301', 'u\u0308ber', 'ł', 'Ω'];

const ends = fc.constantFrom('\n', '\r\n');
const spaces = fc.constantFrom('', '', ' ', '  ', '\t');

/** A line that is like no other, and its end. Its last word is plain, so that what follows a change is known. */
const line = (words: readonly string[]) =>
  fc.record({
    indent: fc.constantFrom('', '  ', '\t', '    '),
    words: fc.array(fc.constantFrom(...words), { maxLength: 4 }),
    trailing: spaces,
    end: ends,
  });

type Shape = {
  readonly encoding: EncodingName;
  readonly lines: readonly { indent: string; words: string[]; trailing: string; end: string }[];
  readonly isEnded: boolean;
  readonly from: number;
  readonly count: number;
  readonly at: number;
  readonly kind: 'word' | 'insert' | 'delete' | 'append' | 'unwritable';
  readonly how: 'replace' | 'loose' | 'write';
};

export const shapes: fc.Arbitrary<Shape> = fc.constantFrom(...ENCODINGS).chain(encoding =>
  fc.record({
    encoding: fc.constant(encoding),
    lines: fc.array(line(encoding === 'latin-1' ? WORDS : WIDE), { minLength: 1, maxLength: 9 }),
    isEnded: fc.boolean(),
    from: fc.nat(8),
    count: fc.integer({ min: 1, max: 4 }),
    at: fc.nat(3),
    kind: fc.constantFrom('word', 'word', 'insert', 'delete', 'append', 'unwritable'),
    how: fc.constantFrom('replace', 'loose', 'write'),
  }),
);

export type Edit = {
  readonly encoding: EncodingName;
  readonly how: Shape['how'];
  readonly before: Buffer;
  readonly old: string;
  readonly next: string;
  /** The file as it must be; null when the edit must be refused. */
  readonly after: Buffer | null;
};

/** As a model that types plain characters would give it. */
const loosened = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/–/g, '-')
    .replace(/[ \t\u00a0]+/g, ' ');
const spacesAtEnd = (text: string): string => /[ \t\u00a0]*$/.exec(text)?.[0] ?? '';
const atLineEnd = (text: string): string => text.slice(0, text.length - spacesAtEnd(text).length);

/** The file, what is asked for, and what must come of it. */
export function editOf(shape: Shape): Edit {
  const { encoding, how } = shape;
  const lines = shape.lines.map(({ indent, words, trailing, end }, index) => ({
    // Without a letter of its own the file would be plain ASCII.
    text: `${indent}${encoding === 'latin-1' ? 'né ' : ''}${words.join(' ')} L${index} old L${index}e${trailing}`,
    end: index === shape.lines.length - 1 && !shape.isEnded ? '' : end,
  }));
  const from = how === 'write' ? 0 : shape.from % lines.length;
  const whole = lines.slice(from, how === 'write' ? undefined : from + shape.count);
  // A loose piece begins behind the spaces of its first line: they are no part of it.
  const ahead = how === 'loose' ? (/^[ \t\u00a0]*/.exec(whole[0]?.text ?? '')?.[0] ?? '') : '';
  const chosen = whole.map((one, index) => (index === 0 ? { ...one, text: one.text.slice(ahead.length) } : one));
  const at = shape.at % chosen.length;
  const target = chosen[at] ?? { text: '', end: '' };
  const isLast = at === chosen.length - 1;
  const raw = (list: typeof lines): string => list.map(({ text, end }) => text + end).join('');
  const word = shape.kind === 'unwritable' ? 'ж漢' : 'newer';
  const given = chosen.map(({ text }) => (how === 'loose' ? atLineEnd(loosened(text)) : text));
  const wanted = [...given];
  // Spaces behind the piece are no part of it.
  const behind = how === 'loose' ? spacesAtEnd(chosen.at(-1)?.text ?? '') : '';
  const made = chosen.map((one, index) => ({
    ...one,
    text: index === chosen.length - 1 ? one.text.slice(0, one.text.length - behind.length) : one.text,
  }));
  const own = made[at] ?? target;
  if (shape.kind === 'insert') {
    wanted.splice(at + 1, 0, 'inserted\there');
    made.splice(at + 1, 0, { text: 'inserted\there', end: own.end });
    made[at] = { ...own, end: own.end || chosen[at - 1]?.end || lines[from - 1]?.end || '\n' };
  } else if (shape.kind === 'delete' && chosen.length > 1) {
    wanted.splice(at, 1);
    made.splice(at, 1);
    const above = made[at - 1];
    // The end of a piece is behind it; a whole file ends as its content does.
    const end = how === 'write' && shape.isEnded ? above?.end : own.end;
    if (isLast && above !== undefined) made[at - 1] = { ...above, end: end ?? '' };
  } else if (shape.kind === 'append') {
    wanted[at] = `${given[at]}+tail`;
    made[at] = { text: `${how === 'loose' ? atLineEnd(own.text) : own.text}+tail`, end: own.end };
  } else {
    wanted[at] = (given[at] ?? '').replace(/ old (?=L\d+e)/, ` ${word} `);
    made[at] = { text: own.text.replace(/ old (?=L\d+e)/, ` ${word} `), end: own.end };
  }
  made[made.length - 1] = { text: `${made.at(-1)?.text}${behind}`, end: made.at(-1)?.end ?? '' };
  const isWhole = how === 'write' && shape.isEnded;
  const isRefused = shape.kind === 'unwritable' && encoding === 'latin-1';
  const result = raw(lines.slice(0, from)) + ahead + raw(made) + raw(lines.slice(from + chosen.length));
  return {
    encoding,
    how,
    before: file(encoding, raw(lines)),
    old: given.join('\n'),
    next: wanted.join('\n') + (isWhole ? '\n' : ''),
    after: isRefused ? null : file(encoding, result),
  };
}

export type Tried = { readonly wrong: string | null; readonly refused: boolean };

/** Makes the file, does the edit and compares; `wrong` says what is not as it must be. */
export async function tried(folder: string, edit: Edit): Promise<Tried> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'file.txt');
  rmSync(path, { force: true });
  writeFileSync(path, edit.before);
  const tools = fileTools(folder, [], []);
  const planned =
    edit.how === 'write'
      ? await tools.planWrite('file.txt', edit.next)
      : await tools.planReplace('file.txt', edit.old, edit.next);
  if (!planned.ok) {
    const isWhole = readFileSync(path).equals(edit.before) && planned.error.message !== '' && planned.error.hint !== '';
    if (!isWhole) return { wrong: 'refused, and the file changed or no reason is given', refused: true };
    return { wrong: edit.after === null ? null : `refused: ${planned.error.message}`, refused: true };
  }
  if (edit.after === null) return { wrong: 'not refused', refused: false };
  const applied = await tools.apply(planned.value);
  if (!applied.ok) return { wrong: applied.error.message, refused: true };
  const now = readFileSync(path);
  if (now.equals(edit.after)) return { wrong: null, refused: false };
  return {
    wrong: `is ${JSON.stringify(now.toString('latin1'))}, not ${JSON.stringify(edit.after.toString('latin1'))}`,
    refused: false,
  };
}

/** A file of any bytes with one word in it, which is to become another. */
export const strayFiles = fc.record({
  head: fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string().map(text => Buffer.from(text)),
  ),
  tail: fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string().map(text => Buffer.from(text)),
  ),
});

/** Edits the word in a file of any bytes: what is around it must stay, or the edit is refused and all of it stays. */
export async function triedStray(
  folder: string,
  { head, tail }: { head: Uint8Array; tail: Uint8Array },
): Promise<Tried> {
  const before = Buffer.concat([head, Buffer.from(' THE-OLD-WORD '), tail]);
  const after = Buffer.concat([head, Buffer.from(' THE-NEW ONE '), tail]);
  const edit = { encoding: 'utf-8', how: 'replace', before, old: 'THE-OLD-WORD', next: 'THE-NEW ONE', after } as const;
  const result = await tried(folder, edit);
  return result.refused && result.wrong?.startsWith('refused:') ? { ...result, wrong: null } : result;
}
