import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Written in pieces of about this many bytes: larger texts would wait longer for the collector. */
const PIECE = 32_768;
/** A secret is not longer than this. */
const LONGEST = 8_192;
const MOST = 64_000_000;

type Spill = {
  add(chunk: Buffer): void;
  /** From now on what was added is in the file; before that it is only held. */
  open(): void;
  /** Writes the rest; the file's name, or null when there is none. */
  close(): string | null;
};

/** A file for a long output, without the secrets that `redact` knows. Once it is open, only a few pieces are held in memory. */
export function spillTo(name: string, redact: (text: string) => string): Spill {
  let waiting: Buffer[] = [];
  let held = 0;
  let taken = 0;
  let file: number | null = null;
  let isBroken = false;
  const put = (bytes: Buffer): void => {
    try {
      if (file !== null && !isBroken) writeSync(file, bytes);
    } catch {
      // A full disk must not end the command: head and tail are kept all the same.
      isBroken = true;
    }
  };
  const flush = (isLast: boolean): void => {
    const { done, rest } = withoutSecrets(Buffer.concat(waiting), redact, isLast);
    put(done);
    waiting = [rest];
    held = rest.length;
  };
  return {
    add(chunk) {
      const part = chunk.subarray(0, Math.max(0, MOST - taken));
      taken += chunk.length;
      if (part.length === 0 || isBroken) return;
      // A copy: the chunk may be a window on a far larger piece of memory.
      waiting.push(Buffer.from(part));
      held += part.length;
      if (file !== null && held > PIECE + LONGEST) flush(false);
    },
    open() {
      if (file !== null || isBroken) return;
      try {
        mkdirSync(dirname(name), { recursive: true });
        file = openSync(name, 'w', 0o600);
      } catch {
        isBroken = true;
        waiting = [];
      }
    },
    close() {
      if (file === null) return null;
      flush(true);
      closeSync(file);
      return isBroken ? null : name;
    },
  };
}

/** The part of the bytes that can be written, redacted, and the rest: no secret is cut by the border between them. */
function withoutSecrets(
  bytes: Buffer,
  redact: (text: string) => string,
  isLast: boolean,
): { readonly done: Buffer; readonly rest: Buffer } {
  const text = bytes.toString('utf8');
  const whole = redact(text);
  // The very same bytes where there is no secret in them, also when they are no text.
  const all = whole === text ? bytes : Buffer.from(whole);
  if (isLast) return { done: all, rest: Buffer.alloc(0) };
  for (let cut = bytes.length - LONGEST, tries = 0; cut > 0 && tries < 16; tries++) {
    const border = characterStart(bytes, cut);
    const before = bytes.toString('utf8', 0, border);
    const clean = redact(before);
    if (clean + redact(bytes.toString('utf8', border)) === whole) {
      const done = clean === before ? bytes.subarray(0, border) : Buffer.from(clean);
      return { done, rest: Buffer.from(bytes.subarray(border)) };
    }
    // What is other than in the whole is the first part of a secret: the border goes in front of it.
    cut = border - Math.max(1, Buffer.byteLength(clean.slice(sharedStart(clean, whole))));
  }
  // Nowhere a border: it is all one long secret, or none of what is known is.
  return { done: all, rest: Buffer.alloc(0) };
}

function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start > at - 4 && start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}

function sharedStart(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}
