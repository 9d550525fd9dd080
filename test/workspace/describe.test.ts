import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileTools } from '../../src/workspace/files.ts';
import { failureOf, temporaryFolder, value, writeFiles } from './helpers.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000280000001e0080200000000000000', 'hex');
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0001108003000400301220002', 'hex');

/** A folder in which every way to name this file is refused, with the reason. */
async function refusals(fill: (file: string, folder: string) => void | Promise<void>) {
  const folder = temporaryFolder();
  const file = join(folder, 'it');
  await fill(file, folder);
  const tools = fileTools(folder, [], []);
  const all = [await tools.read('it'), await tools.planWrite('it', 'x\n'), await tools.planReplace('it', 'a', 'b')];
  const edit = { path: 'it', before: null, after: 'x', bytes: new Uint8Array() };
  return [...all, await tools.apply(edit)].map(failureOf);
}

describe('files that are no text', () => {
  const kinds: Record<string, [Buffer, message: string, hint: string]> = {
    'a PNG': [PNG, 'PNG image 640×480, 33 bytes', 'file "it"'],
    'a JPEG': [JPEG, 'JPEG image 64×48', 'file "it"'],
    'a GIF': [Buffer.concat([Buffer.from('GIF89a'), Buffer.from([1, 0, 2, 0, 0])]), 'GIF image 1×2', 'file "it"'],
    'a PDF': [Buffer.from('%PDF-1.7\n\0'), 'PDF 1.7', 'pdftotext "it"'],
    gzip: [gzipSync('hello'), 'gzip archive', 'zcat "it"'],
    'a zip': [Buffer.from('PK\x03\x04\0'), 'zip archive', 'unzip -l "it"'],
    'a tar': [Buffer.concat([Buffer.alloc(257, 'a\0'), Buffer.from('ustar\0')]), 'tar archive', 'tar -tf "it"'],
    'an ELF program': [Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), 'ELF program', 'strings "it"'],
    'a module of WebAssembly': [Buffer.from('\0asm\x01\0\0\0'), 'WebAssembly module', 'wasm-objdump'],
    'UTF-16 without its mark': [
      Buffer.from('some words', 'utf16le'),
      'text in UTF-16LE without a mark',
      'iconv -f UTF-16LE',
    ],
    'anything else': [Buffer.from([1, 0, 200, 3]), 'binary, 4 bytes (it holds NUL bytes)', 'xxd "it"'],
  };
  for (const [name, [bytes, message, hint]] of Object.entries(kinds)) {
    it(`says that it is ${name}, and what to do instead`, async () => {
      const [first, ...rest] = await refusals(file => writeFileSync(file, bytes));
      expect(first?.message).toContain(message);
      expect(first?.hint).toContain(hint);
      expect(rest.map(failure => failure.code)).toEqual(['input.invalid', 'input.invalid', 'file.changed']);
    });
  }

  it('knows a SQLite database', async () => {
    const [first] = await refusals(file => new DatabaseSync(file).exec('create table t (a)'));
    expect(first?.message).toContain('SQLite database');
    expect(first?.hint).toContain('sqlite3 "it" .schema');
  });

  it('neither shows nor edits a huge file, and says how to', async () => {
    const [text] = await refusals(file => {
      writeFileSync(file, 'line\n');
      writeFileSync(file, 'line\n'.repeat(1_100_000));
    });
    expect(text?.message).toContain('too large to be shown or edited whole: 5500000 bytes (text)');
    expect(text?.hint).toContain("sed -n '1,200p'");
    const [image] = await refusals(file => {
      writeFileSync(file, PNG);
      truncateSync(file, 3_000_000_000);
    });
    expect(image?.message).toContain('3000000000 bytes (PNG image 640×480)');
  });
});

describe('files that are no files', () => {
  const things: Record<string, [(file: string, folder: string) => void | Promise<void>, because: string]> = {
    'a named pipe': [file => void execFileSync('mkfifo', [file]), 'it is a named pipe'],
    'a link to a device': [file => symlinkSync('/dev/zero', file), 'leads out of the project'],
    'a link out': [file => symlinkSync('/etc/passwd', file), 'leads out of the project'],
    'a link to nothing': [file => symlinkSync('gone', file), 'leads nowhere'],
    'a link to itself': [file => symlinkSync('it', file), 'leads nowhere'],
    'a folder': [(_, folder) => writeFiles(folder, { 'it/inner': '' }), 'is a folder'],
    'a socket': [
      file =>
        new Promise(done => {
          const server = createServer().listen(file, done);
          onTestFinished(() => void server.close());
        }),
      'it is a socket',
    ],
  };
  for (const [name, [fill, because]] of Object.entries(things)) {
    it(`are refused at once: ${name}`, async () => {
      for (const failure of await refusals(fill)) expect(failure.message).toContain(because);
    });
  }

  it.skipIf(process.getuid?.() === 0)(
    'are refused: a file that may not be read (skipped as root, who may)',
    async () => {
      const [first] = await refusals(file => {
        writeFileSync(file, 'a\n');
        chmodSync(file, 0);
      });
      expect(first?.message).toContain('cannot be read');
    },
  );

  it('reads and edits the file behind a link that stays inside', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'real.txt': 'a\r\n' });
    symlinkSync('real.txt', join(folder, 'alias'));
    const tools = fileTools(folder, [], []);
    value(await tools.apply(value(await tools.planWrite('alias', 'b\n'))));
    expect(readFileSync(join(folder, 'real.txt'), 'utf8')).toBe('b\r\n');
  });
});
