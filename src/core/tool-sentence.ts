import { oneLine } from './line.ts';

/** The field of a tool's input as text; a model's input may be anything. */
function field(input: unknown, name: string): string {
  if (typeof input !== 'object' || input === null) return '';
  const value: unknown = Object.entries(input).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : '';
}

const ACTIONS = new Map<string, (input: unknown) => string>(
  Object.entries({
    read_file: (input: unknown) => `reads ${field(input, 'path')}`,
    write_file: (input: unknown) => `writes ${field(input, 'path')}`,
    edit_file: (input: unknown) => `edits ${field(input, 'path')}`,
    list_files: (input: unknown) => `lists ${field(input, 'path') || field(input, 'glob') || 'files'}`,
    search_text: (input: unknown) => `searches for ${field(input, 'pattern')}`,
    run_command: (input: unknown) => `runs ${field(input, 'command')}`,
    recall: (input: unknown) => `recalls ${field(input, 'query')}`,
    note: (input: unknown) => `notes: ${field(input, 'text')}`,
    hand_off: (input: unknown) => `hands off to the ${field(input, 'role')}`,
    ask: (input: unknown) => `asks: ${field(input, 'question')}`,
    request_permission: (input: unknown) => `asks leave: ${field(input, 'kind')} ${field(input, 'what')}`,
    finish: () => 'says it is done',
  }),
);
/** Reading is not worth a line, and what ends a turn is said when it ended. */
const SILENT: readonly string[] = [
  'read_file',
  'list_files',
  'search_text',
  'recall',
  'hand_off',
  'ask',
  'request_permission',
  'finish',
];

/** What a tool call does, in the third person: `writes src/slug.js`. */
export const toolAction = (name: string, input: unknown): string =>
  oneLine(ACTIONS.get(name)?.(input) ?? `calls ${name}`);

export const isSilent = (name: string): boolean => SILENT.includes(name);
