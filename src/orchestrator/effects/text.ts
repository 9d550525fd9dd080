/** The end of an output, for people and for the next try: whole lines, at most 4,000 characters. */
export function clipTail(output: string, limit = 4_000): string {
  const text = output.trimEnd();
  if (text.length <= limit) return text;
  const tail = text.slice(-limit);
  return `[…]\n${tail.slice(tail.indexOf('\n') + 1)}`;
}

export const firstLine = (text: string, limit = 200): string => {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
};
