import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** What is kept of a command's output, in characters; the rest goes to a file. */
export const CAPTURE = { whole: 32_000, head: 12_000, tail: 20_000, line: 2_000, file_bytes: 64_000_000 } as const;

export type Captured = { readonly output: string; readonly bytes: number; readonly file: string | null };
export type Capture = { write(chunk: Buffer): void; end(): Captured };

/**
 * Collects output while it comes: at most head and tail stay in memory. The whole output (up to 64 MB) is in `spillFile` when
 * something was left out, and only then.
 */
export function captureOutput(spillFile: string): Capture {
  const decoder = new StringDecoder('utf8');
  let bytes = 0;
  let characters = 0;
  let head = '';
  let tail = '';
  let waiting: Buffer[] = [];
  let file: number | null = null;
  let written = 0;

  const spill = (): void => {
    if (file === null) {
      mkdirSync(dirname(spillFile), { recursive: true });
      file = openSync(spillFile, 'w', 0o600);
    }
    for (const chunk of waiting) {
      if (written < CAPTURE.file_bytes) writeSync(file, chunk.subarray(0, CAPTURE.file_bytes - written));
      written += chunk.length;
    }
    waiting = [];
  };
  const take = (text: string): void => {
    characters += text.length;
    const toHead = text.slice(0, Math.max(0, CAPTURE.head - head.length));
    head += toHead;
    tail += text.slice(toHead.length);
    if (tail.length > 3 * CAPTURE.tail) tail = tail.slice(-CAPTURE.tail);
  };
  return {
    write(chunk) {
      bytes += chunk.length;
      waiting.push(chunk);
      take(decoder.write(chunk));
      if (characters > CAPTURE.whole) spill();
    },
    end() {
      take(decoder.end());
      if (characters > CAPTURE.whole) {
        spill();
        tail = tail.slice(-CAPTURE.tail);
      }
      const shown =
        characters > CAPTURE.whole ? `${head}\n${leftOut(bytes, head, tail, spillFile)}\n${tail}` : head + tail;
      const output = shown.replaceAll('\0', '\ufffd').split('\n').map(clipLine).join('\n');
      if (output.length < shown.length) spill();
      if (file === null) return { output, bytes, file: null };
      closeSync(file);
      return { output, bytes, file: spillFile };
    },
  };
}

const leftOut = (bytes: number, head: string, tail: string, file: string): string => {
  const between = Math.max(0, bytes - Buffer.byteLength(head) - Buffer.byteLength(tail));
  return `[… ${between} bytes left out here; the whole output is in ${file} …]`;
};

export const clipLine = (line: string): string =>
  line.length <= CAPTURE.line + 60
    ? line
    : `${line.slice(0, CAPTURE.line)}[… ${line.length - CAPTURE.line} more characters in this line]`;
