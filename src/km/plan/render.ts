import type { FieldName } from './document.ts';
import { oneLine } from './notes.ts';
import type { PlanValues } from './values.ts';

export type RenderedField = {
  readonly name: FieldName | 'title';
  readonly label: string;
  readonly inline: string;
  /** Whole lines below the field's own. */
  readonly nested: readonly string[];
};

const FIELDS = {
  title: ['title', 'Title'],
  description: ['description', 'Description'],
  priority: ['priority', 'Priority'],
  role: ['role', 'Role'],
  tags: ['tags', 'Tags'],
  depends_on: ['depends_on', 'Depends on'],
  checks: ['verify', 'Verify'],
  protect: ['protect', 'Protect'],
  allow: ['allow', 'Allow'],
  private: ['private', 'Private'],
} as const satisfies Record<keyof PlanValues, readonly [FieldName | 'title', string]>;

/** A code span that holds any one-line text, backticks included. */
export function inlineCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(run => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') || text === '' ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** A title that can stand between the stars of a task's head. */
export const printTitle = (title: string): string =>
  oneLine(title)
    .replaceAll(/\*{2,}/g, '*')
    .replace(/\*$/, '');

/**
 * A value as it stands in the file, for fields laid out with `indent`. `rest` is what the task's block says beside its
 * Description field: a description that ends with it is written without it.
 */
export function renderField(
  name: keyof PlanValues,
  value: PlanValues[keyof PlanValues],
  layout: { readonly indent: string; readonly marker: string; readonly step: string },
  rest: string,
): RenderedField | null {
  const [field, label] = FIELDS[name];
  const inline = (text: string): RenderedField => ({ name: field, label, inline: text, nested: [] });
  if (typeof value === 'number') return inline(String(value));
  if (typeof value === 'boolean') return inline(value ? 'yes' : 'no');
  if (value === null) return inline('none');
  if (typeof value !== 'string') {
    if (name === 'checks') return { name: field, label, ...renderCommands(value, layout) };
    return inline(renderWords(value, name === 'protect' || name === 'allow'));
  }
  if (name === 'title') return printTitle(value) === '' ? null : inline(printTitle(value));
  if (name === 'role') return inline(value);
  const lines = withoutRest(value, rest)
    .toWellFormed()
    .replaceAll('<!--', '<! --')
    .split(/\r\n|\n|\r/);
  const [first = '', ...more] = lines;
  const nested = more.map(line => (line.trim() === '' ? '' : `${layout.indent}${layout.step}${line.trimEnd()}`));
  return { name: field, label, inline: first.trim(), nested };
}

function withoutRest(description: string, rest: string): string {
  if (rest === '' || description === '') return description;
  if (description === rest) return '';
  return description.endsWith(`\n${rest}`) ? description.slice(0, -rest.length - 1) : description;
}

function renderWords(words: readonly string[], code: boolean): string {
  if (words.length === 0) return 'none';
  const plain =
    !code && words.every(word => /^[\p{L}\p{N}#._/:-]*\p{L}[\p{L}\p{N}#._/:-]*$/u.test(word)) && words[0] !== 'none';
  return words.map(word => (plain ? word : inlineCode(oneLine(word)))).join(', ');
}

function renderCommands(
  commands: readonly string[],
  layout: { readonly indent: string; readonly marker: string; readonly step: string },
): { inline: string; nested: string[] } {
  const [only] = commands;
  if (only === undefined) return { inline: 'none', nested: [] };
  if (commands.length === 1 && !/[\r\n]/.test(only)) return { inline: inlineCode(only), nested: [] };
  const start = layout.indent + layout.step;
  const nested = commands.flatMap(command => {
    const lines = command.split(/\r\n|\n|\r/);
    if (lines.length === 1) return [`${start}${layout.marker} ${inlineCode(command)}`];
    const longest = Math.max(2, ...lines.flatMap(line => [...line.matchAll(/~+/g)].map(run => run[0].length)));
    const fence = '~'.repeat(longest + 1);
    return [fence, ...lines, fence].map(line => start + line);
  });
  return { inline: '', nested };
}
