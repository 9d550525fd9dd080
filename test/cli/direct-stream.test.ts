import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directStream, mayBeTerminal, type NodeStream } from '../../src/cli/direct-stream.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
/** More than any pipe holds. */
const MUCH = '0123456789é\n'.repeat(200_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmclis-stream-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noStream = (): NodeStream => {
  throw new Error('No stream is needed for this.');
};

/** A pipe whose writer does not block. */
function pipe() {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  return { reader, writer: openSync(path, O_WRONLY | O_NONBLOCK) };
}

/** Node's stream as a recorder of what it was given. */
function recorder() {
  const written: Buffer[] = [];
  const listened: string[] = [];
  const stream: NodeStream = {
    write: (chunk: string | Uint8Array) => written.push(Buffer.from(chunk)),
    on: event => listened.push(event),
  };
  return { stream, listened, text: () => Buffer.concat(written) };
}

describe('the direct stream', () => {
  it('writes all of a text to a file, in order', () => {
    const path = join(folder, 'out.txt');
    const fd = openSync(path, 'w');
    const stream = directStream(fd, noStream);
    for (const text of ['first\n', MUCH, 'last é\n']) stream.write(text);
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe(`first\n${MUCH}last é\n`);
  });

  it('gives what a full pipe does not take to Node’s stream, and all that comes after', () => {
    const { reader, writer } = pipe();
    const node = recorder();
    const stream = directStream(writer, () => node.stream);
    stream.on('error', () => {});
    stream.write('first\n');
    expect(node.listened).toEqual([]);
    stream.write(MUCH);
    stream.write('last\n');
    const taken = Buffer.alloc(MUCH.length);
    const size = readSync(reader, taken);
    for (const fd of [reader, writer]) closeSync(fd);
    expect(size).toBeGreaterThan(0);
    expect(Buffer.concat([taken.subarray(0, size), node.text()]).toString()).toBe(`first\n${MUCH}last\n`);
    expect(node.listened).toEqual(['error']);
  });

  it('tells that the reader went away, after the writer has gone on', async () => {
    const { reader, writer } = pipe();
    closeSync(reader);
    const stream = directStream(writer, noStream);
    const seen: (string | undefined)[] = [];
    stream.on('error', error => seen.push(error.code));
    stream.write('lost');
    seen.push('gone on');
    await Promise.resolve();
    closeSync(writer);
    expect(seen).toEqual(['gone on', 'EPIPE']);
  });

  it('takes the null device for no terminal, and nothing else that is a device for none', () => {
    const seen = ['/dev/null', '/dev/zero', import.meta.filename].map(path => {
      const fd = openSync(path, 'r');
      const may = mayBeTerminal(fd);
      closeSync(fd);
      return may;
    });
    expect(seen).toEqual([false, true, false]);
  });
});
