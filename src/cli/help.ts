import type { CommandCard } from './command.ts';
import type { Argument, Flag } from './flags.ts';

type Entry = readonly [name: string, text: string];

const argumentName = (name: string, argument: Argument): string => {
  const shown = argument.rest === true || argument.list === true ? `${name.toUpperCase()}...` : name.toUpperCase();
  return argument.required === true ? shown : `[${shown}]`;
};

const flagName = (name: string, flag: Flag): string =>
  flag.type === 'boolean' ? `--${name}` : `--${name} ${flag.value}`;

function flagHelp(flag: Flag): string {
  const facts = [
    flag.type === 'string' || flag.type === 'list' ? (flag.choices?.join(' | ') ?? '') : '',
    flag.type === 'string' && flag.required === true ? 'required' : '',
    flag.type === 'list' ? 'may be given several times' : '',
  ].filter(fact => fact !== '');
  return facts.length === 0 ? flag.help : `${flag.help} (${facts.join('; ')})`;
}

/** `llmclis task add TITLE... --verify CMD [flags]`. */
export function usageLine(card: CommandCard): string {
  const required = Object.entries(card.flags).flatMap(([name, flag]) =>
    flag.type === 'string' && flag.required === true ? [flagName(name, flag)] : [],
  );
  const words = Object.entries(card.args).map(([name, argument]) => argumentName(name, argument));
  return ['llmclis', card.name, ...words, ...required, '[flags]'].join(' ');
}

const argumentEntries = (card: CommandCard): Entry[] =>
  Object.entries(card.args).map(([name, argument]) => [argumentName(name, argument), argument.help]);
const flagEntries = (card: CommandCard): Entry[] =>
  Object.entries(card.flags).map(([name, flag]) => [flagName(name, flag), flagHelp(flag)]);

/** Longest name that still has its text on the same line. */
const WIDEST_NAME = 26;

function section(title: string, entries: readonly Entry[]): string[] {
  if (entries.length === 0) return [];
  const width = Math.min(WIDEST_NAME, Math.max(...entries.map(([name]) => name.length)));
  const lines = entries.flatMap(([name, text]) =>
    name.length > width
      ? [`  ${name}`, `  ${' '.repeat(width)}  ${text}`]
      : [`  ${name.padEnd(width)}  ${text}`.trimEnd()],
  );
  return ['', title, ...lines];
}

/** The help of one command: what it is for, how it is called, and examples to learn it from. */
export function commandHelp(card: CommandCard): string {
  return [
    card.summary,
    ...(card.about === undefined ? [] : ['', card.about]),
    '',
    'Usage',
    `  ${usageLine(card)}`,
    ...section('Arguments', argumentEntries(card)),
    ...section('Flags', flagEntries(card)),
    '',
    'Examples',
    ...card.examples.flatMap(example => [`  ${example.command}`, `      ${example.does}`]),
  ].join('\n');
}

/** The help of a group such as `task`: its commands with one line each. */
export function groupHelp(group: string, cards: readonly CommandCard[]): string {
  const lines = section(
    'Commands',
    cards.map(card => [card.name, card.summary]),
  );
  return [`llmclis ${group}`, ...lines, '', `More about one of them: llmclis help ${cards[0]?.name ?? group}`].join(
    '\n',
  );
}

const FIRST_STEPS: readonly Entry[] = [
  ['llmclis demo', 'See a plan become proven work; needs no model, no key.'],
  ['llmclis init', 'Set up your own repository.'],
  ['llmclis orchestrate', 'Work on its plan until nothing is ready.'],
];
const EXIT_CODES: readonly Entry[] = [
  ['0', 'did what was asked'],
  ['1', 'a bug in llmclis'],
  ['2', 'usage or bad input'],
  ['3', 'ended with tasks blocked'],
  ['4', 'something needed is missing (model, service, sandbox, key)'],
  ['5', 'budget spent'],
  ['6', 'conflict (claim lost, file changed underneath, newer database)'],
  ['130', 'interrupted'],
];

/** The text of `llmclis --help`, rendered by meow. */
export async function topHelp(version: string, cards: readonly CommandCard[]): Promise<string> {
  const { default: meow } = await import('meow');
  const body = [
    'Usage',
    '  llmclis COMMAND [flags]',
    '  llmclis              The board of the current folder’s project.',
    ...section('Start here', FIRST_STEPS),
    ...section(
      'Commands',
      cards.map(card => [card.name, card.summary]),
    ),
    ...section('Every command', [
      ['--help, -h', 'Its help, with examples; the same as llmclis help COMMAND.'],
      ['--json', 'Its answer as JSON.'],
      ['--project_id N', 'The project, where it is not the one of the current folder; --project-id is the same.'],
      ['--version, -v', 'The version (without a command).'],
    ]),
    ...section('Exit codes', EXIT_CODES),
  ].join('\n');
  const rendered = meow(body, {
    importMeta: import.meta,
    argv: [],
    pkg: { name: 'llmclis', version },
    description: `llmclis ${version} turns a plan into proven work: local models first, nothing forgotten.`,
    autoHelp: false,
    autoVersion: false,
  });
  return rendered.help.replace(/^\n+|\s+$/g, '');
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What is written in columns keeps them. */
function aboutText({ summary, about }: CommandCard): string {
  if (about === undefined) return summary;
  return about.includes('\n') ? `${summary}\n\n\`\`\`text\n${about}\n\`\`\`` : `${summary} ${about}`;
}

/** All commands as Markdown, for `docs/cli.md`. */
export function commandTable(cards: readonly CommandCard[]): string {
  const overview = cards.map(
    card => `| [${code(card.name)}](#${card.name.replaceAll(' ', '-')}) | ${cell(card.summary)} |`,
  );
  const details = cards.map(card => {
    const rows = [...argumentEntries(card), ...flagEntries(card)].map(
      ([name, text]) => `| ${code(cell(name))} | ${cell(text)} |`,
    );
    const examples = card.examples.map(example => `# ${example.does}\n${example.command}`).join('\n\n');
    return [
      `## ${card.name}`,
      aboutText(card),
      `\`\`\`sh\n${usageLine(card)}\n\`\`\``,
      ['| | |', '|---|---|', ...rows].join('\n'),
      `\`\`\`sh\n${examples}\n\`\`\``,
    ].join('\n\n');
  });
  return `${[['| Command | |', '|---|---|', ...overview].join('\n'), ...details].join('\n\n')}\n`;
}
