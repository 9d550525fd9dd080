import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { CommandResult } from '../../core/workspace.ts';
import { reportReader } from './read.ts';
import type { TestReport } from './report.ts';

/** Characters of a line that are looked at: a name is shorter, and a line may be without end. */
const MAX_LINE = 2_000;

/** Cuts a stream of chunks into lines, and long lines short; holds one line at most. */
function lineCutter(each: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = text.split('\n');
    for (const [place, line] of lines.entries()) {
      if (rest.length < MAX_LINE) rest += line.slice(0, MAX_LINE - rest.length);
      if (place === lines.length - 1) break;
      each(rest);
      rest = '';
    }
  };
  return {
    write: (chunk: Buffer): void => take(decoder.write(chunk)),
    end(): void {
      take(decoder.end());
      if (rest !== '') each(rest);
    },
  };
}

/**
 * Reads the report of a command: from the file with its whole output where it was capped, line by line. What was said after the end of
 * a file that was cut off is in the tail of `output`. A file that cannot be read leaves the capped output.
 */
export async function readOutput(
  ran: Pick<CommandResult, 'output' | 'file' | 'bytes'>,
  clean: (line: string) => string,
): Promise<TestReport> {
  if (ran.file !== null) {
    const whole = await readFileLines(ran.file, ran.bytes, ran.output, clean);
    if (whole !== null) return whole;
  }
  const reader = reportReader();
  for (const line of ran.output.split('\n')) reader.line(clean(line.slice(0, MAX_LINE)));
  return reader.end();
}

async function readFileLines(
  name: string,
  bytes: number,
  output: string,
  clean: (line: string) => string,
): Promise<TestReport | null> {
  const reader = reportReader();
  const cutter = lineCutter(line => reader.line(clean(line)));
  let seen = 0;
  try {
    for await (const chunk of createReadStream(name)) {
      seen += chunk.length;
      cutter.write(chunk);
    }
  } catch {
    return null;
  }
  cutter.end();
  if (seen >= bytes) return reader.end();
  const lines = output.split('\n');
  const gap = lines.findLastIndex(line => line.startsWith('[… '));
  for (const line of lines.slice(gap + 1)) reader.line(clean(line.slice(0, MAX_LINE)));
  return reader.end();
}
