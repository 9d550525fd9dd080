import type { CheckResult } from '../core/check.ts';
import { isTestByName } from './assertions.ts';
import { failToPass } from './evidence.ts';
import { isTestFile } from './protected.ts';

/** An assertion that two values are the same. */
const EQUALITY =
  /\b(?:(?:deep|strict|deepStrict)?equals?|is|same|toBe|toEqual|toStrictEqual|assert(?:Equals?|ListEqual|DictEqual|TupleEqual|SetEqual|AlmostEqual|Is))\(|\b(?:assert\w*|expect|ok)\b[^\n]*?[^=!<>]={2,3}(?!=)/i;
const LITERAL =
  /'''|"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<![\w.$])\d+(?:\.\d+)?(?![\w.])|\b(?:true|false|null|undefined|True|False|None)\b/g;
/** What may stand after the last value of an assertion. */
const CLOSED = /^[\s)\]};,]*$/;

/** A value that is not the same; each place is changed in its own way, so that two changes never make up for each other. */
function otherValue(value: string, place: number): string {
  if (/^(?:'''|""")$/.test(value)) return value;
  if (/^['"]/.test(value)) return `${value.slice(0, -1)}llmclis${place}${value.at(-1)}`;
  return /^\d/.test(value) ? String(Number(value) + 1000 + 17 * place) : `'llmclis${place}'`;
}

/** Two values are compared: not whether they differ. */
const compares = (line: string): boolean => EQUALITY.test(line) && !/\bnot|NotEqual|!=/.test(line);

/** The assertion of a line with other values; null where it ends with none. */
function otherwise(line: string): string | null {
  const at = compares(line) ? EQUALITY.exec(line)?.index : undefined;
  if (at === undefined) return null;
  const [head, tail] = [line.slice(0, at), line.slice(at)];
  const last = [...tail.matchAll(LITERAL)].at(-1);
  if (last === undefined || !CLOSED.test(tail.slice(last.index + last[0].length))) return null;
  let place = 0;
  return head + tail.replace(LITERAL, value => otherValue(value, ++place));
}

const IMPORT = /^(?:import\b.*|from\s+\S+\s+import\b.*|.*\bfrom\s+['"][^'"]*['"];?|\S.*\brequire\(['"].*)$/;
const isPython = (path: string): boolean => path.endsWith('.py');

/** A line that fails when the file is loaded, after all that it imports. */
function failing(path: string, lines: readonly string[]): string {
  const open = lines.findIndex(line => /^(?:class|def|async def|@|if __name__)/.test(line));
  const place = isPython(path) ? (open < 0 ? lines.length : open) : lines.findLastIndex(line => IMPORT.test(line)) + 1;
  const stop = isPython(path) ? "raise RuntimeError('llmclis')" : "throw new Error('llmclis');";
  return [...lines.slice(0, place), stop, ...lines.slice(place)].join('\n');
}

const LOADS = /\b(?:import|require|importlib|mock)\b/;
const LEFT_OUT = /\b(?:skip|todo|only|xfail)/i;

/** Values are others on every line that loads nothing. */
function allOthers(lines: readonly string[]): string {
  let place = 0;
  const change = (line: string): string =>
    LOADS.test(line) ? line : line.replace(LITERAL, value => otherValue(value, ++place));
  return lines.map(change).join('\n');
}

/** Asks for some of a file's tests: what the others expect is not looked at. */
const CHOOSES =
  /(?:^|\s)(?:-t|-k|-g|-m\s+(?!pytest|unittest)\S+|--f?grep|--test-?[nN]ame-?[pP]attern|--test-only)(?![\w-])|::|\b(?:unittest|test)\s.*\.[A-Z]\w*/;

/**
 * Variants of a test file of which one at least must fail: lines that compare expect other values, and, where some of them could not be
 * changed or may not run, all values are others. Where none compares, or the check chooses among the tests,
 * the file cannot be loaded.
 */
export function wrongTests(path: string, text: string, check: string): readonly string[] {
  const lines = text.split('\n');
  const changed = lines.map(otherwise);
  if (CHOOSES.test(check) || changed.every(line => line === null)) return [failing(path, lines)];
  const others = lines.map((line, at) => changed[at] ?? line).join('\n');
  const isSure = !LEFT_OUT.test(text) && lines.every((line, at) => !compares(line) || changed[at] !== null);
  return isSure ? [others] : [others, allOthers(lines)];
}

/** No program in any language: what runs this file fails before anything in it or behind it is run. */
export const NO_PROGRAM = ')]} llmclis {[(\n';

const MOST_FILES = 3;
const SLOW_MS = 60_000;
/** A test in a language in which a wrong one can be written. */
export const canBeWrong = (path: string): boolean =>
  /\.(?:[cm]?[jt]sx?|py)$/.test(path) && (isTestByName(path) || isTestFile(path));

/** The test files of a check that turned green: those it names, those that its tests are named by, those that have such a test. */
export function filesOfTests(
  before: CheckResult,
  after: CheckResult,
  texts: ReadonlyMap<string, string>,
): readonly string[] {
  const tests = [...texts.keys()];
  const plain = (path: string): string => path.replace(/^\.\//, '');
  const turned = [...new Set([...failToPass(before, after), ...before.failing])];
  const words = before.command.split(/[\s'"=;&|()]+/).map(plain);
  const named = turned.flatMap(name => name.split(/ > |::/).slice(0, 1)).map(plain);
  const isMeant = (path: string): boolean =>
    words.includes(path) ||
    named.some(name => name === path || path.endsWith(`/${name}`)) ||
    (isPython(path) && turned.some(name => `${name}.`.startsWith(`${path.slice(0, -3).replaceAll('/', '.')}.`)));
  const meant = tests.filter(isMeant);
  const titles = turned.map(name => name.split(/ > |::|\.(?=test_)/).at(-1) ?? name);
  const found = meant.length > 0 ? meant : tests.filter(path => titles.some(title => texts.get(path)?.includes(title)));
  return found.slice(0, after.ms > SLOW_MS ? 1 : MOST_FILES);
}
