import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactor } from '../../src/secrets/redactor.ts';
import { CAPTURE, captureOutput } from '../../src/workspace/capture.ts';
import { temporaryFolder } from './helpers.ts';
import { CANARY, floods, measured } from './output.ts';

const redact = redactor([{ name: 'CANARY', value: CANARY }]);

/** What a model sees of an output, and the file. */
function captured(chunks: Iterable<Buffer>, clean?: (text: string) => string) {
  const file = join(temporaryFolder(), 'deep', 'out.txt');
  const capture = captureOutput(file, clean);
  for (const chunk of chunks) capture.write(chunk);
  return { ...capture.end(), name: file };
}

describe('captured output', () => {
  it('replaces NULs, clips long lines, and keeps characters that come in parts', () => {
    const euro = Buffer.from('€');
    const { output, file, bytes } = captured([
      Buffer.from('a\0b '),
      euro.subarray(0, 1),
      euro.subarray(1),
      Buffer.from(`\n${'x'.repeat(50_000)}\nend\n`),
    ]);
    expect(output).toContain('a\ufffdb €\n');
    expect(output).toMatch(/\nend\n$/);
    expect(Math.max(...output.split('\n').map(line => line.length))).toBeLessThanOrEqual(CAPTURE.line + 60);
    expect(statSync(file ?? '').size).toBe(bytes);
  });

  it('keeps one long line whole in the file though it is short enough for the cap', () => {
    const { output, file, name } = captured([Buffer.from('y'.repeat(10_000))]);
    expect(file).toBe(name);
    expect(output).toContain('8000 more characters');
  });

  it('writes no file for what it shows whole', () => {
    const { output, file, name } = captured([Buffer.from('short\n')]);
    expect({ output, file, there: existsSync(name) }).toEqual({ output: 'short\n', file: null, there: false });
  });

  it('goes on without the file when it cannot be written', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const capture = captureOutput(join(folder, 'file', 'out.txt'));
    for (let count = 0; count < 100; count++) capture.write(Buffer.from('z\n'.repeat(1000)));
    const { output, bytes, file } = capture.end();
    expect({ bytes, file }).toEqual({ bytes: 200_000, file: null });
    expect(output).toContain('could not be written');
  });

  const shapes: Record<string, Buffer> = {
    'a million short lines': Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => `${at}\n`).join('')),
    'a line of 50 KB': Buffer.from(`${'w'.repeat(50_000)}\n`),
    'bytes of no encoding': randomBytes(300_000),
    'wide characters': Buffer.from('🙂€\n'.repeat(40_000)),
    NULs: Buffer.alloc(500_000),
  };
  for (const [name, bytes] of Object.entries(shapes)) {
    it(`shows at most 30,000 characters of ${name}, and keeps every byte in the file`, () => {
      const chunks = Array.from({ length: Math.ceil(bytes.length / 9973) }, (_, at) =>
        bytes.subarray(at * 9973, (at + 1) * 9973),
      );
      const { output, file } = captured(chunks);
      expect(output.length).toBeLessThan(29_500);
      expect(output).not.toContain('\0');
      expect(output.isWellFormed()).toBe(true);
      expect(readFileSync(file ?? '').equals(bytes)).toBe(true);
    });
  }

  it('says that an output is binary, and how much of it is not shown', () => {
    expect(captured([Buffer.alloc(500_000)]).output).toContain(
      'bytes of a binary output (it holds NUL bytes) left out here',
    );
    const text = captured([Buffer.from(`${'begin\n'}${'m\n'.repeat(100_000)}end`)]).output;
    expect(text).toMatch(/^begin\nm\n.*\[… \d+ bytes left out here; the whole output is in .*\nm\nend$/s);
  });

  it('lets no secret into the file nor to the model, however it is cut', () => {
    const words = fc.constantFrom(CANARY, 'x', '\n', 'é', 'canary-', 'a longer word ');
    const lists = fc.array(fc.tuple(words, fc.integer({ min: 1, max: 9000 })), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1000, max: 70_000 }), (parts, size) => {
        const bytes = Buffer.from(parts.map(([word, times]) => word.repeat(times)).join(CANARY));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        const { output, file } = captured(chunks, redact);
        const whole = file === null ? output : readFileSync(file, 'utf8');
        const clean = redact(bytes.toString());
        return !output.includes(CANARY) && !/4f9a7c21e8/.test(output) && (file === null || whole === clean);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a command that prints too much', () => {
  it('costs little memory, and its secrets stay out', async () => {
    const folder = temporaryFolder();
    const flood = await measured(folder, floods(64_000_000)['lines of text'] ?? '');
    expect(flood.bytes).toBe(64_000_000);
    expect(flood.shown).toBeLessThanOrEqual(30_000);
    expect(flood.grown).toBeLessThan(32 * 1024 * 1024);
    const secrets = await measured(folder, floods(3_000_000)['a secret in every line'] ?? '');
    expect(secrets.output).toContain('the key is [redacted:CANARY]');
    expect(readFileSync(secrets.file ?? '', 'utf8')).not.toContain(CANARY);
  });
});
