export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | {
      readonly kind: 'flag';
      /** As it was typed, dashes included. */
      readonly typed: string;
      readonly value: string | undefined;
      /** The value was joined by `=`, so it may start with a dash. */
      readonly inline: boolean;
    };

/**
 * The words of a command line, in order: `--name`, `--name=value`, and `--name value` for flags that take one; behind a
 * bare `--` everything is a word, and so is a lone `-`. Takes any words. Not node:util's parseArgs: importing node:util
 * costs a quarter of a bare start of Node.
 */
export function readTokens(argv: readonly string[], takesValue: (typed: string) => boolean): readonly Token[] {
  const tokens: Token[] = [];
  const bare = argv.indexOf('--');
  const end = bare === -1 ? argv.length : bare;
  for (let index = 0; index < end; index += 1) {
    const word = argv[index] ?? '';
    const equals = word.indexOf('=');
    if (!word.startsWith('-') || word === '-') tokens.push({ kind: 'word', text: word });
    else if (equals !== -1)
      tokens.push({ kind: 'flag', typed: word.slice(0, equals), value: word.slice(equals + 1), inline: true });
    else if (takesValue(word) && index + 1 < end) {
      index += 1;
      tokens.push({ kind: 'flag', typed: word, value: argv[index], inline: false });
    } else tokens.push({ kind: 'flag', typed: word, value: undefined, inline: false });
  }
  return [...tokens, ...argv.slice(end + 1).map(text => ({ kind: 'word', text }) as const)];
}
