import { fstatSync, statSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import type { OutputStream } from './output.ts';

/** The stream that Node makes for the same descriptor. */
export type NodeStream = OutputStream & { write(bytes: Uint8Array): unknown };

/** May a terminal be behind this descriptor? By what the file system says, which costs nothing. */
export function mayBeTerminal(fd: number): boolean {
  const file = fstatSync(fd);
  return file.isCharacterDevice() && file.rdev !== statSync(devNull).rdev;
}

/**
 * A file or pipe, written at once and without Node's own stream, which takes an eighth of a bare start to make and would do
 * the same. That stream is made only for a pipe that is full and does not block. Not for Windows, where a terminal takes no bytes.
 */
export function directStream(fd: number, make: () => NodeStream): OutputStream {
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = [];
  let stream: NodeStream | null = mayBeTerminal(fd) ? make() : null;
  const handOver = (rest: Uint8Array): void => {
    const made = make();
    for (const listener of listeners) made.on('error', listener);
    made.write(rest);
    stream = made;
  };
  return {
    on(event, listener) {
      listeners.push(listener);
      stream?.on(event, listener);
    },
    write(text) {
      if (stream !== null) return void stream.write(text);
      const bytes = Buffer.from(text);
      const { written, problem } = writeAll(fd, bytes);
      if (problem?.code === 'EAGAIN') handOver(bytes.subarray(written));
      // As a stream tells it: after the writer has gone on.
      else if (problem !== null) queueMicrotask(() => listeners.forEach(listener => void listener(problem)));
    },
  };
}

function writeAll(fd: number, bytes: Uint8Array): { written: number; problem: NodeJS.ErrnoException | null } {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    return { written, problem: null };
  } catch (problem) {
    if (!(problem instanceof Error)) throw problem;
    return { written, problem };
  }
}
