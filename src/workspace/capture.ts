import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** What is kept of a command's output, in characters; the rest goes to a file. */
export const CAPTURE = { whole: 32_000, head: 12_000, tail: 20_000, line: 2_000, file_bytes: 64_000_000 } as const;

type Captured = { readonly output: string; readonly bytes: number; readonly file: string | null };
type Capture = { write(chunk: Buffer): void; end(): Captured };

/**
 * Collects output while it comes: at most head and tail stay in memory. The whole output (up to 64 MB) is in `spillFile` when
 * something was left out, and only then.
 */
export function captureOutput(spillFile: string): Capture {
  const decoder = new StringDecoder('utf8');
  const whole = spillTo(spillFile);
  let bytes = 0;
  let characters = 0;
  let head = '';
  let tail = '';
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
      whole.hold(chunk);
      take(decoder.write(chunk));
      if (characters > CAPTURE.whole) whole.write();
    },
    end() {
      take(decoder.end());
      const capped = characters > CAPTURE.whole;
      if (capped) tail = tail.slice(-CAPTURE.tail);
      const shown = capped ? `${head}\n${leftOut(bytes, head, tail, whole.write())}\n${tail}` : head + tail;
      const output = shown.replaceAll('\0', '\ufffd').split('\n').map(clipLine).join('\n');
      if (output.length < shown.length) whole.write();
      return { output, bytes, file: whole.close() };
    },
  };
}

/** Holds chunks in memory until `write` is first called, then in the file. `write` and `close` give its name, null when there is none. */
function spillTo(name: string) {
  let waiting: Buffer[] = [];
  let file: number | null = null;
  let written = 0;
  let broken = false;
  const state = (): string | null => (file === null || broken ? null : name);
  return {
    hold(chunk: Buffer): void {
      if (!broken) waiting.push(chunk);
    },
    write(): string | null {
      try {
        if (file === null && !broken) {
          mkdirSync(dirname(name), { recursive: true });
          file = openSync(name, 'w', 0o600);
        }
        for (const chunk of waiting) {
          if (file !== null && written < CAPTURE.file_bytes) {
            writeSync(file, chunk.subarray(0, CAPTURE.file_bytes - written));
          }
          written += chunk.length;
        }
      } catch {
        // A full disk must not end the command: head and tail are kept all the same.
        broken = true;
      }
      waiting = [];
      return state();
    },
    close(): string | null {
      if (file !== null) closeSync(file);
      return state();
    },
  };
}

const leftOut = (bytes: number, head: string, tail: string, file: string | null): string => {
  const between = Math.max(0, bytes - Buffer.byteLength(head) - Buffer.byteLength(tail));
  const where = file === null ? 'the whole output could not be written to a file' : `the whole output is in ${file}`;
  return `[… ${between} bytes left out here; ${where} …]`;
};

const clipLine = (line: string): string =>
  line.length <= CAPTURE.line + 60
    ? line
    : `${line.slice(0, CAPTURE.line)}[… ${line.length - CAPTURE.line} more characters in this line]`;
