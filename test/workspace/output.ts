import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a command gave, and by how many bytes the process that ran it grew. */
export type Measured = {
  readonly grown: number;
  readonly bytes: number;
  readonly shown: number;
  readonly file: string | null;
  readonly output: string;
};

export const CANARY = 'canary-4f9a7c21e8';

/** Commands that print too much, in different ways. */
export const floods = (bytes: number): Readonly<Record<string, string>> => ({
  'lines of text': `yes 'a line of output' | head -c ${bytes}`,
  'one line': `head -c ${bytes} /dev/zero | tr '\\0' x`,
  'NUL bytes': `head -c ${bytes} /dev/zero`,
  'bytes of no encoding': `head -c ${bytes} /dev/urandom`,
  'a secret in every line': `yes 'the key is ${CANARY}' | head -c ${bytes}`,
});

/** Runs it in a process of its own. */
export async function measured(folder: string, command: string): Promise<Measured> {
  const child = join(import.meta.dirname, 'output-child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [child, folder, command], { maxBuffer: 10_000_000 });
  return JSON.parse(stdout) as Measured;
}
