import { fail, ok, type Result } from '../core/failure.ts';
import type { Shell, TerminalInput } from './shell.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const ERASE = ['\u007f', '\b'];

/** Is somebody there to answer? Never where the answer of the command is JSON for a program. */
export const canAsk = ({ out, terminal }: Shell): boolean => !out.isJson && terminal.interactive();

/** A line that a person types; null when there is no more input. */
const readLine = (stdin: TerminalInput): Promise<string | null> =>
  new Promise(resolve => {
    let typed = '';
    const end = (line: string | null): void => {
      stdin.off('data', take).off('end', ended).pause();
      resolve(line);
    };
    const take = (chunk: Buffer | string): void => {
      typed += String(chunk);
      const place = typed.search(/[\r\n]/);
      if (place >= 0) end(typed.slice(0, place));
    };
    const ended = (): void => end(null);
    stdin.on('data', take).on('end', ended).resume();
  });

/** Asks until the answer is yes or no; the end of the input is a no. */
export async function askYesNo(question: string, shell: Shell): Promise<boolean> {
  shell.out.note(question);
  for (;;) {
    shell.out.note('Type y (yes) or n (no), then Enter:');
    const answer = (await readLine(shell.terminal.stdin))?.trim().toLowerCase() ?? 'n';
    if (answer === 'y' || answer === 'yes') return true;
    if (answer === 'n' || answer === 'no') return false;
  }
}

/** A line that is typed or pasted and not shown. Ctrl-C is `interrupted`; an empty line or Ctrl-D is an empty text. */
export async function askSecret(question: string, shell: Shell): Promise<Result<string>> {
  const { stdin } = shell.terminal;
  shell.out.note(question);
  stdin.setRawMode(true);
  try {
    return await readHidden(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** What the typed keys make of a line so far; `end` once a key ended it. */
function typeKeys(
  line: string,
  keys: string,
): { readonly line: string; readonly end: 'entered' | 'interrupted' | null } {
  const typed = Array.from(line);
  // Some terminals put a mark before and after what is pasted.
  for (const key of Array.from(keys.replace(/\u001b\[[0-9;]*[~A-Za-z]/g, ''))) {
    if (key === CTRL_C) return { line: '', end: 'interrupted' };
    if (key === '\r' || key === '\n' || key === CTRL_D) return { line: typed.join(''), end: 'entered' };
    if (key === CTRL_U) typed.length = 0;
    else if (ERASE.includes(key)) typed.pop();
    else typed.push(key);
  }
  return { line: typed.join(''), end: null };
}

const readHidden = (stdin: TerminalInput): Promise<Result<string>> =>
  new Promise(resolve => {
    let line = '';
    const finish = (result: Result<string>): void => {
      stdin.off('data', take).off('end', ended);
      resolve(result);
    };
    const ended = (): void => finish(ok(line.trim()));
    const take = (chunk: Buffer | string): void => {
      const typed = typeKeys(line, String(chunk));
      line = typed.line;
      if (typed.end === 'entered') ended();
      if (typed.end === 'interrupted')
        finish(fail('interrupted', 'Nothing was entered.', 'Start the same command again.'));
    };
    stdin.on('data', take).on('end', ended).resume();
  });
