import { closestMatch } from 'leven';
import { fail, ok, type Result } from '../core/failure.ts';
import type { ArgumentTable, ArgumentValues, Flag, FlagTable, FlagValues } from './flags.ts';
import { readTokens, type Token } from './tokens.ts';

type Spec = { readonly name: string; readonly args: ArgumentTable; readonly flags: FlagTable };
type FlagToken = Extract<Token, { kind: 'flag' }>;
type Value = string | boolean | number | readonly string[] | undefined;

/** `_` and `-` are the same in flag names: this is the form they are compared in. */
const plainName = (name: string): string => name.replaceAll('_', '-');

/** The nearest of the known names, when it is near enough to be a slip of the fingers. */
export const nearest = (given: string, known: readonly string[]): string | undefined =>
  closestMatch(given.slice(0, 40), known, { maxDistance: Math.max(2, Math.floor(given.length / 3)) });

const helpHint = (name: string): string => `See: llmclis help ${name}`;
const usage = (message: string, hint: string): ReturnType<typeof fail> => fail('input.invalid', message, hint);

function unknownFlag(spec: Spec, typed: string): ReturnType<typeof fail> {
  const long = typed.startsWith('--') ? plainName(typed.slice(2)) : '';
  const known = Object.keys(spec.flags);
  const near = long === '' ? undefined : nearest(long, known.map(plainName));
  const shown = known.find(name => plainName(name) === near);
  const where = spec.name === '' ? 'llmclis' : `llmclis ${spec.name}`;
  return usage(
    `${where} does not know the flag ${typed}.`,
    shown === undefined ? helpHint(spec.name) : `Did you mean --${shown}? ${helpHint(spec.name)}`,
  );
}

function asNumber(name: string, flag: Extract<Flag, { type: 'number' }>, text: string): Result<number> {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = flag;
  const right =
    Number.isFinite(value) && (flag.fraction === true || Number.isInteger(value)) && value >= min && value <= max;
  if (right) return ok(value);
  const kind = flag.fraction === true ? 'a number' : 'a whole number';
  const range =
    flag.min !== undefined && flag.max !== undefined
      ? ` from ${flag.min} to ${flag.max}`
      : flag.min !== undefined
        ? ` of at least ${flag.min}`
        : '';
  return usage(
    `--${name} takes ${kind}${range}, not ${JSON.stringify(text)}.`,
    `For example: --${name} ${flag.min ?? 1}`,
  );
}

function asChoice(name: string, choices: readonly string[] | undefined, text: string): Result<string> {
  if (choices === undefined || choices.includes(text)) return ok(text);
  const near = nearest(text, choices);
  const suggestion = near === undefined ? '' : ` Did you mean ${near}?`;
  return usage(
    `--${name} does not take ${JSON.stringify(text)}.`,
    `It takes one of: ${choices.join(', ')}.${suggestion}`,
  );
}

/** One occurrence of a flag as its value. */
function readFlag(name: string, flag: Flag, text: string): Result<string | number> {
  return flag.type === 'number'
    ? asNumber(name, flag, text)
    : asChoice(name, flag.type === 'boolean' ? undefined : flag.choices, text);
}

function takeFlag(spec: Spec, values: Map<string, Value>, name: string, flag: Flag, token: FlagToken): Result<void> {
  if (flag.type === 'boolean') {
    if (token.value !== undefined)
      return usage(
        `--${name} takes no value, but was given ${JSON.stringify(token.value)}.`,
        `Leave the value out: --${name}`,
      );
    values.set(name, true);
    return ok(undefined);
  }
  const { value } = token;
  if (value === undefined) return usage(`--${name} needs a value.`, `Give one: --${name} ${flag.value}`);
  if (!token.inline && value.startsWith('-') && value !== '-')
    return usage(
      `--${name} needs a value, and ${JSON.stringify(value)} looks like the next flag.`,
      `Give it a value: --${name} ${flag.value}. One that starts with a dash is written --${name}=${value}`,
    );
  const read = readFlag(name, flag, value);
  if (!read.ok) return read;
  const before = values.get(name);
  if (flag.type === 'list') values.set(name, [...(Array.isArray(before) ? before : []), String(read.value)]);
  else if (before === undefined) values.set(name, read.value);
  else return usage(`--${name} is given twice.`, helpHint(spec.name));
  return ok(undefined);
}

type ArgumentValue = string | readonly string[] | undefined;

function takeArguments(spec: Spec, words: readonly string[]): Result<Record<string, ArgumentValue>> {
  const values: Record<string, ArgumentValue> = {};
  const names = Object.keys(spec.args);
  for (const [index, name] of names.entries()) {
    const argument = spec.args[name];
    if (argument?.list === true) {
      values[name] = words.slice(index);
      continue;
    }
    const text = argument?.rest === true ? words.slice(index).join(' ') : words[index];
    if (argument?.required === true && (text === undefined || text.trim() === ''))
      return usage(`llmclis ${spec.name} needs ${name.toUpperCase()}: ${argument.help}`, helpHint(spec.name));
    values[name] = text === '' ? undefined : text;
  }
  const takesRest = names.some(name => spec.args[name]?.rest === true || spec.args[name]?.list === true);
  const extra = takesRest ? undefined : words[names.length];
  if (extra !== undefined)
    return usage(
      `llmclis ${spec.name} does not take the argument ${JSON.stringify(extra)}.`,
      `A text with spaces needs quotes. ${helpHint(spec.name)}`,
    );
  return ok(values);
}

/**
 * Reads a command's arguments and flags strictly: an unknown flag, a missing value, a number out of range or a word too
 * many is an `input.invalid` that names the nearest right thing. Never throws, whatever the words are.
 */
export function parseArguments<A extends ArgumentTable, F extends FlagTable>(
  spec: Spec,
  argv: readonly string[],
): Result<{ readonly args: ArgumentValues<A>; readonly flags: FlagValues<F> }> {
  const byPlainName = new Map(
    Object.entries(spec.flags).map(([name, flag]) => [plainName(`--${name}`), { name, flag }]),
  );
  const find = (typed: string) => byPlainName.get(plainName(typed));
  const takesValue = (typed: string): boolean => (find(typed)?.flag.type ?? 'boolean') !== 'boolean';
  const takesDashes = Object.values(spec.args).some(argument => argument.dashes === true);
  const values = new Map<string, Value>();
  const words: string[] = [];
  for (const token of readTokens(argv, takesValue)) {
    if (token.kind === 'word') {
      words.push(token.text);
      continue;
    }
    const known = find(token.typed);
    if (known === undefined && takesDashes && /^-[^-]/.test(token.typed)) {
      words.push(token.inline ? `${token.typed}=${token.value ?? ''}` : token.typed);
      continue;
    }
    if (known === undefined) return unknownFlag(spec, token.typed);
    const taken = takeFlag(spec, values, known.name, known.flag, token);
    if (!taken.ok) return taken;
  }
  const args = takeArguments(spec, words);
  if (!args.ok) return args;
  const flags: Record<string, Value> = {};
  for (const [name, flag] of Object.entries(spec.flags)) {
    const value = values.get(name);
    if (value === undefined && flag.type === 'string' && flag.required === true)
      return usage(`llmclis ${spec.name} needs --${name} ${flag.value}: ${flag.help}`, helpHint(spec.name));
    flags[name] = value ?? (flag.type === 'boolean' ? false : flag.type === 'list' ? [] : undefined);
  }
  // The loops above filled in every name of both tables with a value of its declared type.
  return ok({ args: args.value as ArgumentValues<A>, flags: flags as FlagValues<F> });
}
