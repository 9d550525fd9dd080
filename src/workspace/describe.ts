/** What a file seems to be, in words, and how to look at it. */
export type Description = { readonly kind: string; readonly look: string };

type Kind = {
  readonly name: string;
  readonly starts: readonly number[];
  /** Where these bytes are; default 0. */
  readonly at?: number;
  readonly more?: (bytes: Buffer) => string;
  readonly look: string;
};

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const size = (width: number, height: number): string => ` ${width}×${height}`;
const IMAGE = 'Look at what it is with a command: file PATH';
const PROGRAM = 'Look at it with a command: file PATH; strings PATH | head';

/** The first that fits counts. */
const KINDS: readonly Kind[] = [
  {
    name: 'PNG image',
    starts: [0x89, ...ascii('PNG\r\n\x1a\n')],
    more: bytes => (bytes.length < 24 ? '' : size(bytes.readUInt32BE(16), bytes.readUInt32BE(20))),
    look: IMAGE,
  },
  {
    name: 'GIF image',
    starts: ascii('GIF8'),
    more: bytes => (bytes.length < 10 ? '' : size(bytes.readUInt16LE(6), bytes.readUInt16LE(8))),
    look: IMAGE,
  },
  { name: 'JPEG image', starts: [0xff, 0xd8, 0xff], more: jpegSize, look: IMAGE },
  { name: 'WebP image', starts: ascii('WEBP'), at: 8, look: IMAGE },
  { name: 'icon', starts: [0, 0, 1, 0], look: IMAGE },
  {
    name: 'PDF',
    starts: ascii('%PDF-'),
    more: bytes => ` ${bytes.toString('latin1', 5, 8)}`,
    look: 'Get its text with a command: pdftotext PATH -',
  },
  {
    name: 'SQLite database',
    starts: ascii('SQLite format 3\0'),
    look: 'Ask it with a command: sqlite3 PATH .schema',
  },
  { name: 'gzip archive', starts: [0x1f, 0x8b], look: 'Read it with a command: zcat PATH | head; tar -tzf PATH' },
  { name: 'zip archive', starts: ascii('PK\x03\x04'), look: 'List it with a command: unzip -l PATH' },
  { name: 'xz archive', starts: [0xfd, ...ascii('7zXZ\0')], look: 'Read it with a command: xzcat PATH | head' },
  { name: 'bzip2 archive', starts: ascii('BZh'), look: 'Read it with a command: bzcat PATH | head' },
  { name: 'Zstandard archive', starts: [0x28, 0xb5, 0x2f, 0xfd], look: 'Read it with a command: zstdcat PATH | head' },
  {
    name: '7-Zip archive',
    starts: [...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c],
    look: 'List it with a command: 7z l PATH',
  },
  { name: 'tar archive', starts: ascii('ustar'), at: 257, look: 'List it with a command: tar -tf PATH' },
  { name: 'ELF program or library', starts: [0x7f, ...ascii('ELF')], look: PROGRAM },
  { name: 'Mach-O program', starts: [0xcf, 0xfa, 0xed, 0xfe], look: PROGRAM },
  { name: 'Windows program', starts: ascii('MZ'), look: PROGRAM },
  { name: 'WebAssembly module', starts: [0, ...ascii('asm')], look: 'Look at it with a command: wasm-objdump -x PATH' },
  { name: 'Java class', starts: [0xca, 0xfe, 0xba, 0xbe], look: 'Look at it with a command: javap -p PATH' },
  { name: 'font', starts: ascii('wOF'), look: IMAGE },
  { name: 'font', starts: [0, 1, 0, 0, 0], look: IMAGE },
  { name: 'Ogg sound', starts: ascii('OggS'), look: IMAGE },
  { name: 'MP3 sound', starts: ascii('ID3'), look: IMAGE },
  { name: 'WAV or AVI file', starts: ascii('RIFF'), look: IMAGE },
  { name: 'MP4 video', starts: ascii('ftyp'), at: 4, look: IMAGE },
];

const startsWith = (bytes: Buffer, { starts, at = 0 }: Kind): boolean =>
  starts.every((byte, index) => bytes[at + index] === byte);

/** What bytes that are no text seem to be, by how they begin. */
export function describeBytes(bytes: Uint8Array, path: string): Description {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS.find(kind => startsWith(buffer, kind));
  const named = JSON.stringify(path);
  if (kind !== undefined)
    return { kind: `${kind.name}${kind.more?.(buffer) ?? ''}`, look: kind.look.replaceAll('PATH', () => named) };
  const wide = wideText(buffer);
  if (wide !== null)
    return {
      kind: `text in ${wide} without a mark at its start`,
      look: `Read it with a command: iconv -f ${wide} ${named}`,
    };
  return { kind: 'binary', look: `Look at it with a command: file ${named}; xxd ${named} | head` };
}

/** UTF-16 of mostly Latin letters has a NUL in every other byte. */
function wideText(buffer: Buffer): string | null {
  const sample = buffer.subarray(0, 400);
  if (sample.length < 4) return null;
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const many = (sample.length / 2) * 0.7;
  if (odd >= many && even === 0) return 'UTF-16LE';
  return even >= many && odd === 0 ? 'UTF-16BE' : null;
}

function jpegSize(bytes: Buffer): string {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return size(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return '';
}
