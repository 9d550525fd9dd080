import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 1 << 18;

/** The lines of a text file, however long it is; line ends of Windows and a byte order mark are no part of them. */
export function* fileLines(file: string): Generator<string> {
  const handle = openSync(file, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK);
    let rest = '';
    let first = true;
    for (let size = readSync(handle, buffer); size > 0; size = readSync(handle, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, size))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        yield clean(line, first);
        first = false;
      }
    }
    rest += decoder.end();
    if (rest !== '') yield clean(rest, first);
  } finally {
    closeSync(handle);
  }
}

/** The same of a text. */
export function* textLines(text: string): Generator<string> {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [place, line] of lines.entries()) yield clean(line, place === 0);
}

function clean(line: string, first: boolean): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return first && text.startsWith('\ufeff') ? text.slice(1) : text;
}
