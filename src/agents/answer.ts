import type { StartedCall } from '../core/tool.ts';

/** A model is shown no more of one answer, in characters. */
export const ANSWER = 30_000;
const LINE = 2_000;
/** Room for what a window says about itself. */
const ROOM = 300;

type View = {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  readonly column?: number | undefined;
};

/**
 * Lines `offset` (from 1) to `offset + limit - 1` of a text, as many as an answer holds, with a line that says what is left out and
 * how to see it. A long line is cut; `column` is the first of its characters to be shown.
 */
export function window(text: string, { offset = 1, limit = 1000, column = 1 }: View): string {
  const lines = text.split('\n');
  const shown: string[] = [];
  let size = 0;
  for (const [index, line] of lines.slice(offset - 1, offset - 1 + limit).entries()) {
    const part = linePart(line, column, offset + index);
    size += part.length + 1;
    if (size > ANSWER - ROOM && shown.length > 0) break;
    shown.push(part);
  }
  const next = offset + shown.length;
  const left = lines.length - next + 1;
  if (shown.length === 0 && lines.length < offset) return `[the file has ${lines.length} lines]`;
  return left > 0 ? `${shown.join('\n')}\n[${left} more lines; read on with offset ${next}]` : shown.join('\n');
}

function linePart(line: string, column: number, number: number): string {
  const from = column - 1;
  if (from === 0 && line.length <= LINE + 100) return line;
  const part = line.slice(from, from + LINE);
  const left = line.length - from - part.length;
  return left <= 0
    ? part
    : `${part}[… ${left} more characters in this line; read on with offset ${number}, limit 1, column ${column + LINE}]`;
}

/** The call with an answer that a model can be shown: the beginning and the end of a longer one. */
export const clipped = (call: StartedCall): StartedCall => ({
  ...call,
  async run(signal) {
    const output = await call.run(signal);
    return output.text.length <= ANSWER ? output : { ...output, text: clip(output.text) };
  },
});

function clip(text: string): string {
  const half = Math.floor((ANSWER - 100) / 2);
  const left = text.length - 2 * half;
  return `${text.slice(0, half)}\n[… ${left} characters left out here …]\n${text.slice(-half)}`.toWellFormed();
}
