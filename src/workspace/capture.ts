import { spillTo } from './spill.ts';

/**
 * What is kept of a command's output, in characters; the rest goes to a file. With the lines that a tool puts around it an
 * answer stays below 30,000.
 */
export const CAPTURE = { whole: 28_000, head: 10_000, tail: 17_000, line: 2_000, file_bytes: 64_000_000 } as const;

/** A secret may be cut by the border of what is kept: so much beside it is looked at too. */
const BESIDE = 16_384;
/** No character needs more bytes. */
const HEAD_BYTES = 4 * CAPTURE.whole + BESIDE;
const TAIL_BYTES = 4 * CAPTURE.tail + BESIDE;

type Captured = { readonly output: string; readonly bytes: number; readonly file: string | null };
type Capture = { write(chunk: Buffer): void; end(): Captured };

/**
 * Collects output while it comes: only its head and tail stay in memory. The whole output (up to 64 MB) is in `spillFile` when
 * something was left out, and only then. `redact` takes secrets out of both.
 */
export function captureOutput(spillFile: string, redact: (text: string) => string = text => text): Capture {
  const whole = spillTo(spillFile, redact);
  const head = Buffer.alloc(HEAD_BYTES);
  const tail = lastBytes(TAIL_BYTES);
  let bytes = 0;
  let isBinary = false;
  return {
    write(chunk) {
      // As a string, not as bytes: short-lived strings bring the collector, which takes the buffers of the stream along. It would
      // let 64 MB of these gather otherwise.
      if (chunk.toString('latin1').includes('\0')) isBinary = true;
      if (bytes < HEAD_BYTES) chunk.copy(head, bytes);
      bytes += chunk.length;
      tail.add(chunk);
      whole.add(chunk);
      if (bytes > HEAD_BYTES) whole.open();
    },
    end() {
      const first = redact(head.toString('utf8', 0, Math.min(bytes, HEAD_BYTES)));
      if (bytes <= HEAD_BYTES && first.length <= CAPTURE.whole) {
        const output = shown(first);
        // A line that is cut is whole in the file.
        if (output.length < first.length) whole.open();
        return { output, bytes, file: whole.close() };
      }
      whole.open();
      const file = whole.close();
      const begin = first.slice(0, CAPTURE.head);
      const end = redact(fromCharacter(tail.value()).toString('utf8')).slice(-CAPTURE.tail);
      const left = Math.max(0, bytes - Buffer.byteLength(begin) - Buffer.byteLength(end));
      return { output: `${shown(begin)}\n${leftOut(left, isBinary, file)}\n${shown(end)}`, bytes, file };
    },
  };
}

/** The last bytes of a stream, in one piece of memory that is never made anew. */
function lastBytes(count: number) {
  const kept = Buffer.alloc(4 * count);
  let end = 0;
  return {
    add(chunk: Buffer): void {
      const part = chunk.subarray(-count);
      if (end + part.length > kept.length) end = kept.copy(kept, 0, end - count, end);
      end += part.copy(kept, end);
    },
    value: (): Buffer => kept.subarray(Math.max(0, end - count), end),
  };
}

/** Without the rest of a character whose beginning is not there. */
function fromCharacter(bytes: Buffer): Buffer {
  let from = 0;
  while (from < 3 && ((bytes[from] ?? 0) & 0xc0) === 0x80) from++;
  return bytes.subarray(from);
}

const leftOut = (between: number, isBinary: boolean, file: string | null): string => {
  const where = file === null ? 'the whole output could not be written to a file' : `the whole output is in ${file}`;
  const kind = isBinary ? ' of a binary output (it holds NUL bytes)' : '';
  return `[… ${between} bytes${kind} left out here; ${where} …]`;
};

const shown = (text: string): string =>
  text.toWellFormed().replaceAll('\0', '\ufffd').split('\n').map(clipLine).join('\n');

const clipLine = (line: string): string =>
  line.length <= CAPTURE.line + 60
    ? line
    : `${line.slice(0, CAPTURE.line)}[… ${line.length - CAPTURE.line} more characters in this line]`;
