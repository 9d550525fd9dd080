/** A place at the begin of a line: `a/b.js:3:4:`, `b.ts(3,4):`. The rest says the problem. */
const PLACED = /^(?:\.\/)?([^\s:()][^:()]*?)(?::\d+(?::\d+)?|\(\d+(?:,\d+)?\))(?::|\s-)?\s+(\S.*)$/;
/** What GitHub takes as an annotation; many linters write it. */
const ANNOTATED = /^::(?:error|warning|notice) ([^:]*(?:::?[^:]+)*?)::(.*)$/;
/** Under a line that is only a file: `  3:4  error  text  rule`. */
const INDENTED = /^\s+\d+:\d+\s+(\S.*)$/;
const FILE_ALONE = /^(?:\.\/)?([^\s:][^:]*\.\w{1,8})$/;

/**
 * The problems in a linter's output by what they are: file, rule and text, not the line, which moves when lines are added above.
 * The value is how often each is there.
 */
export function lintProblems(output: string): ReadonlyMap<string, number> {
  const problems = new Map<string, number>();
  const add = (file: string, text: string): void => {
    const key = `${file.replace(/^\.\//, '')}: ${text
      .replace(/\s+/g, ' ')
      .replace(/\b(lines?|column|col) \d+/gi, '$1')
      .replace(/━+/g, '')
      .trim()}`;
    problems.set(key, (problems.get(key) ?? 0) + 1);
  };
  let file = '';
  for (const line of output.split('\n')) {
    const annotated = ANNOTATED.exec(line);
    const placed = PLACED.exec(line);
    const indented = INDENTED.exec(line);
    if (annotated !== null) {
      const fields = annotated[1] ?? '';
      add(
        /\bfile=([^,]+)/.exec(fields)?.[1] ?? '',
        `${/\btitle=([^,]+)/.exec(fields)?.[1] ?? ''} ${annotated[2] ?? ''}`,
      );
    } else if (placed !== null) add(placed[1] ?? '', placed[2] ?? '');
    else if (indented !== null && file !== '') add(file, indented[1] ?? '');
    else file = FILE_ALONE.exec(line)?.[1] ?? (line.trim() === '' ? '' : file);
  }
  return problems;
}

/** Problems of `now` that `before` has not, or not so often. */
export const newProblems = (now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): readonly string[] =>
  [...now].flatMap(([key, times]) => (times > (before.get(key) ?? 0) ? [key] : []));
