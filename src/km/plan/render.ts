import type { FieldName } from './document.ts';
import { isNothing } from './entries.ts';
import { oneLine } from './notes.ts';
import type { PlanValues } from './values.ts';

export type RenderedField = {
  readonly name: FieldName;
  readonly label: string;
  readonly inline: string;
  /** Whole lines below the field's own. */
  readonly nested: readonly string[];
};
type Layout = { readonly indent: string; readonly marker: string; readonly step: string };

/** Fields of one line each, or of one list; titles, texts, checklists and links have edits of their own. */
const FIELDS: Readonly<Partial<Record<keyof PlanValues, readonly [FieldName, string]>>> = {
  depends_on: ['depends_on', 'Depends on'],
  related: ['related', 'Related'],
  discovered_from: ['discovered_from', 'Discovered from'],
  priority: ['priority', 'Priority'],
  complexity: ['complexity', 'Complexity'],
  queue: ['queue', 'Queue'],
  assignee: ['assignee', 'Assignee'],
  due: ['due', 'Due'],
  role: ['role', 'Role'],
  tags: ['tags', 'Tags'],
  checks: ['verify', 'Verify'],
  protect: ['protect', 'Protect'],
  allow: ['allow', 'Allow'],
  private: ['private', 'Private'],
};

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
    .replace(/[\s*]+$/, '');

/** A value as it stands in the file, for fields laid out with `layout`; null for a value that has no such form. */
export function renderField(
  name: keyof PlanValues,
  value: PlanValues[keyof PlanValues],
  layout: Layout,
): RenderedField | null {
  const [field, label] = FIELDS[name] ?? [];
  if (field === undefined || label === undefined) return null;
  const inline = (text: string): RenderedField => ({ name: field, label, inline: text, nested: [] });
  if (typeof value === 'number') return inline(String(value));
  if (typeof value === 'boolean') return inline(value ? 'yes' : 'no');
  if (value === null) return inline('none');
  if (typeof value === 'string') return inline(name === 'assignee' ? renderName(value) : oneLine(value));
  if (name === 'checks') return { name: field, label, ...renderCommands(value, layout) };
  return inline(renderWords(value, name === 'protect' || name === 'allow'));
}

const renderName = (name: string): string =>
  /^@?[\p{L}\p{N}][\p{L}\p{N} @._/-]*$/u.test(name) && !isNothing(name) ? oneLine(name) : inlineCode(oneLine(name));

function renderWords(words: readonly string[], code: boolean): string {
  if (words.length === 0) return 'none';
  const plain =
    !code && words.every(word => /^[\p{L}\p{N}#._/:-]*\p{L}[\p{L}\p{N}#._/:-]*$/u.test(word)) && words[0] !== 'none';
  return words.map(word => (plain ? word : inlineCode(oneLine(word)))).join(', ');
}

function renderCommands(commands: readonly string[], layout: Layout): { inline: string; nested: string[] } {
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
