import type { App } from '../app.ts';
import { err, FAILURES, type Failure, fail, ok, Refused, type Result } from '../core/failure.ts';
import { COMMAND_NAMES, COMMANDS, commandsOf, loadAll } from './commands.ts';
import { nearest } from './parse.ts';
import type { Shell } from './shell.ts';
import { storageTrouble } from './storage-trouble.ts';

type Request =
  | { readonly kind: 'version' }
  /** `about` is a command, a group such as `task`, or empty for everything. */
  | { readonly kind: 'help'; readonly about: string }
  | { readonly kind: 'call'; readonly name: string; readonly argv: readonly string[] };

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

function unknownCommand(given: string): Result<Request> {
  const groups = [...new Set(COMMAND_NAMES.map(name => name.split(' ')[0] ?? name))];
  const near = nearest(given, given.includes(' ') ? COMMAND_NAMES : [...groups, 'help']);
  return fail(
    'input.invalid',
    `llmclis does not know the command ${JSON.stringify(given)}.`,
    near === undefined ? 'See all commands: llmclis help' : `Did you mean: llmclis ${near}? All commands: llmclis help`,
  );
}

/** The command that the first words name, longest name first. */
function findCommand(words: readonly string[]): { readonly name: string; readonly rest: readonly string[] } | null {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    if (words.length >= length && Object.hasOwn(COMMANDS, name)) return { name, rest: words.slice(length) };
  }
  return null;
}

function helpRequest(words: readonly string[]): Result<Request> {
  const about = words.filter(word => !word.startsWith('-')).slice(0, 2);
  const found = findCommand(about);
  if (found !== null) return ok({ kind: 'help', about: found.name });
  const first = about[0] ?? '';
  if (about.length === 0 || (about.length === 1 && commandsOf(first).length > 0))
    return ok({ kind: 'help', about: first });
  return unknownCommand(about.join(' '));
}

/** What the words ask for, before any command is loaded. `--json` may stand before the command. */
export function readRequest(argv: readonly string[]): Result<Request> {
  const json = argv[0] === '--json' ? ['--json'] : [];
  const words = argv.slice(json.length);
  const first = words[0];
  if (first === '--version' || first === '-v') return ok({ kind: 'version' });
  if (first === 'help') return helpRequest(words.slice(1));
  if (first !== undefined && isHelp(first)) return helpRequest(words.slice(1));
  // For the board a word with one dash is a part of its filter, but only where the board was named.
  if (first !== undefined && /^-[^-]/.test(first))
    return fail('input.invalid', `llmclis does not know the flag ${first}.`, 'See: llmclis help');
  if (first === undefined || first.startsWith('-'))
    return ok({ kind: 'call', name: 'board', argv: [...json, ...words] });
  const end = words.indexOf('--');
  if (words.slice(0, end === -1 ? undefined : end).some(isHelp)) return helpRequest(words);
  const found = findCommand(words);
  if (found !== null) return ok({ kind: 'call', name: found.name, argv: [...json, ...found.rest] });
  const group = commandsOf(first);
  if (group.length === 0) return unknownCommand(first);
  const second = words[1];
  if (second !== undefined && !second.startsWith('-')) return unknownCommand(`${first} ${second}`);
  return fail(
    'input.invalid',
    `llmclis ${first} needs to know what to do.`,
    `One of: ${group.join(', ')}. See: llmclis help ${first}`,
  );
}

async function helpText(about: string, version: string): Promise<string> {
  const { commandHelp, groupHelp, topHelp } = await import('./help.ts');
  const load = COMMANDS[about];
  if (load !== undefined) return commandHelp(await load());
  const cards = await loadAll();
  return about === ''
    ? topHelp(version, cards)
    : groupHelp(
        about,
        cards.filter(card => card.name.startsWith(`${about} `)),
      );
}

function show(text: string, json: object, shell: Shell): Result<number> {
  shell.out.line(text);
  if (shell.out.isJson) shell.out.json(json);
  return ok(0);
}

async function call(name: string, argv: readonly string[], openApp: () => App, shell: Shell): Promise<Result<number>> {
  const load = COMMANDS[name];
  if (load === undefined) throw new Error(`No command ${name}`);
  const command = await load();
  const ready = command.prepare(argv);
  if (!ready.ok) return ready;
  const app = openApp();
  try {
    return await ready.value(app, shell);
  } catch (problem) {
    if (problem instanceof Refused) return err(problem.failure);
    const trouble = storageTrouble(problem);
    if (trouble !== null) return err(trouble);
    throw problem;
  } finally {
    app.close();
  }
}

async function answer(request: Request, openApp: () => App, shell: Shell): Promise<Result<number>> {
  switch (request.kind) {
    case 'version':
      return show(shell.version, { version: shell.version }, shell);
    case 'help': {
      const text = await helpText(request.about, shell.version);
      return show(text, { help: text }, shell);
    }
    case 'call':
      return call(request.name, request.argv, openApp, shell);
  }
}

function failed(failure: Failure, shell: Shell): number {
  shell.out.error(failure);
  return FAILURES[failure.code].exit;
}

/** The whole command line: words in, exit code out. An expected failure is printed; a bug is thrown. */
export async function runCommandLine(argv: readonly string[], openApp: () => App, shell: Shell): Promise<number> {
  const request = readRequest(argv);
  if (!request.ok) return failed(request.error, shell);
  const answered = await answer(request.value, openApp, shell);
  return answered.ok ? answered.value : failed(answered.error, shell);
}
