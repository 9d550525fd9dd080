import type { ImportedItem, ImportedPlan, PlanSource } from '../../src/km/dialects/dialect.ts';
import { MARKDOWN_DIALECTS } from '../../src/km/dialects/markdown/index.ts';

/** A file whose name says nothing. */
export const fileOf = (text: string): PlanSource => ({ name: 'x.txt', kind: 'file', files: [{ path: 'x.txt', text }] });

/** The dialect that is surest of a text, and what it reads. */
export function readBest(text: string): { dialect: string; plan: ImportedPlan } {
  const source = fileOf(text);
  const scores = MARKDOWN_DIALECTS.map(dialect => ({ dialect, score: dialect.detect(source).score }));
  const [best] = scores.sort((left, right) => right.score - left.score);
  if (best === undefined || best.score === 0) return { dialect: 'none', plan: { items: [], unrecognised: [] } };
  return { dialect: best.dialect.name, plan: best.dialect.read(source) };
}

export const tasksOf = (plan: ImportedPlan): readonly ImportedItem[] =>
  plan.items.filter(({ kind }) => kind === 'task');

export function countsOf(plan: ImportedPlan) {
  const count = (status: ImportedItem['status']) => tasksOf(plan).filter(task => task.status === status).length;
  return {
    tasks: tasksOf(plan).length,
    done: count('done'),
    open: count('open'),
    in_progress: count('in-progress'),
    blocked: count('blocked'),
    cancelled: count('cancelled'),
  };
}

/** `KEY status Title` of each task, deeper ones moved in, those that it waits for behind an arrow. */
export function outlineOf({ items }: ImportedPlan): readonly string[] {
  const byId = new Map(items.map(item => [item.external_id, item]));
  const depth = (item: ImportedItem): number => {
    const parent = item.parent === null ? undefined : byId.get(item.parent);
    return parent === undefined ? 0 : depth(parent) + 1;
  };
  return items.map(item => {
    const head = item.kind === 'stage' ? '#' : `${item.key ?? '-'} ${item.status}`;
    const needs = item.depends_on.length === 0 ? '' : ` ← ${item.depends_on.join(' ')}`;
    return `${'  '.repeat(depth(item))}${head} ${item.title}${needs}`;
  });
}

/** The same text as other editors write it: their line endings, a mark at its start, tabs. */
export const editions = (text: string): readonly (readonly [string, string])[] => [
  ['as it is', text],
  ['Windows line endings', text.replaceAll('\n', '\r\n')],
  ['old Mac line endings', text.replaceAll('\n', '\r')],
  ['a byte order mark', `\uFEFF${text}`],
  ['no newline at the end', text.trimEnd()],
  ['trailing spaces', text.replaceAll(/(?<=[^\n])\n/g, ' \n')],
];
