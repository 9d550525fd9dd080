/** A word of a command line: its text without quotes, and where it stands. */
export type Word = { readonly text: string; readonly start: number; readonly end: number };
/** One simple command of a line. */
export type Simple = { readonly words: readonly Word[]; readonly end: number };

/** What may change the meaning of a line in ways that are not understood here: then it is left as it is. */
const BEYOND = /[`\n\r]|\$\(|<<|[(){}]|(?:^|\s)(?:if|for|while|until|case|function|eval)\s/;
const OPERATOR = /^(?:&&|\|\||;|\||&(?!>))/;

/**
 * The simple commands of a line for `bash -c`, in order; null when the line uses more of the shell than words, quotes, redirections
 * and the operators between commands.
 */
export function simpleCommands(line: string): readonly Simple[] | null {
  if (BEYOND.test(line)) return null;
  const commands: Simple[] = [];
  let words: Word[] = [];
  let at = 0;
  const close = (end: number): void => {
    if (words.length > 0) commands.push({ words, end: words.at(-1)?.end ?? end });
    words = [];
  };
  while (at < line.length) {
    const rest = line.slice(at);
    const operator = OPERATOR.exec(rest)?.[0];
    if (/^\s/.test(rest)) at += 1;
    else if (rest.startsWith('#')) return null;
    else if (operator !== undefined) {
      close(at);
      at += operator.length;
    } else {
      const word = readWord(line, at);
      if (word === null) return null;
      words.push(word);
      at = word.end;
    }
  }
  close(line.length);
  return commands;
}

function readWord(line: string, start: number): Word | null {
  let text = '';
  let at = start;
  while (at < line.length && !/[\s;|]/.test(line[at] ?? '') && !/^&(?![>\d])/.test(line.slice(at))) {
    const character = line[at] ?? '';
    if (character === "'" || character === '"') {
      const close = line.indexOf(character, at + 1);
      const inside = line.slice(at + 1, close);
      if (close < 0 || (character === '"' && inside.includes('\\'))) return null;
      text += inside;
      at = close + 1;
    } else if (character === '\\') {
      text += line[at + 1] ?? '';
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  return at > start ? { text, start, end: Math.min(at, line.length) } : null;
}
