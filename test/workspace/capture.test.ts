import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURE, captureOutput } from '../../src/workspace/capture.ts';
import { temporaryFolder } from './helpers.ts';

describe('captured output', () => {
  it('replaces NULs, clips long lines, and keeps characters that come in parts', () => {
    const file = join(temporaryFolder(), 'deep', 'out.txt');
    const capture = captureOutput(file);
    const euro = Buffer.from('€');
    capture.write(Buffer.from('a\0b '));
    capture.write(euro.subarray(0, 1));
    capture.write(euro.subarray(1));
    capture.write(Buffer.from(`\n${'x'.repeat(50_000)}\nend\n`));
    const captured = capture.end();
    expect(captured.output).toContain('a\ufffdb €\n');
    expect(captured.output).toMatch(/\nend\n$/);
    expect(Math.max(...captured.output.split('\n').map(line => line.length))).toBeLessThanOrEqual(CAPTURE.line + 60);
    expect(statSync(file).size).toBe(captured.bytes);
  });

  it('keeps one long line whole in the file though it is short enough for the cap', () => {
    const file = join(temporaryFolder(), 'out.txt');
    const capture = captureOutput(file);
    capture.write(Buffer.from('y'.repeat(10_000)));
    const captured = capture.end();
    expect(captured.file).toBe(file);
    expect(captured.output).toContain('8000 more characters');
  });

  it('goes on without the file when it cannot be written', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const capture = captureOutput(join(folder, 'file', 'out.txt'));
    for (let count = 0; count < 50; count++) capture.write(Buffer.from('z\n'.repeat(1000)));
    const captured = capture.end();
    expect(captured).toMatchObject({ bytes: 100_000, file: null });
    expect(captured.output).toContain('could not be written');
  });
});
