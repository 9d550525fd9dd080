import type { ImportedItem } from '../dialect.ts';
import { numbered } from './todo-txt.ts';

type Heading = {
  readonly line: number;
  readonly level: number;
  readonly title: string;
  readonly body: readonly string[];
};
type Open = { readonly indent: number; readonly item: ImportedItem };

const BOX = /^([ \t]*)(?:[-+]|\d+[.)])[ \t]+\[([ xX-])\][ \t]+(\S.*)$/;

export const hasBoxes = (body: readonly string[]): boolean => body.some(line => BOX.test(line));

/** The check boxes of a text without TODO headings: tasks of the heading they stand below, nested as they are indented. */
export function boxItems(headings: readonly Heading[]): readonly ImportedItem[] {
  const ids = new Map<string, number>();
  return headings
    .filter(({ body }) => hasBoxes(body))
    .flatMap(heading => {
      const stage: ImportedItem = {
        external_id: numbered(ids, heading.title || 'Boxes'),
        key: null,
        kind: 'stage',
        title: heading.title || 'Boxes',
        status: 'open',
        parent: null,
        depends_on: [],
        line: heading.line,
      };
      return [stage, ...boxesOf(heading, stage, ids)];
    });
}

function boxesOf({ body, line }: Heading, stage: ImportedItem, ids: Map<string, number>): readonly ImportedItem[] {
  const open: Open[] = [];
  return body.flatMap((text, at) => {
    const [, space = '', mark = '', words = ''] = BOX.exec(text) ?? [];
    if (words === '') return [];
    const indent = space.replaceAll('\t', '        ').length;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const parent = (open.at(-1)?.item ?? stage).external_id;
    const title = words.replaceAll(/ ?\[\d*(?:\/\d*|%)\]/g, '').trim() || words;
    const item: ImportedItem = {
      external_id: numbered(ids, `${parent} / ${title}`),
      key: null,
      kind: 'task',
      title,
      // A box with a dash has boxes below it of which some are ticked: it is not done, and nobody gave it up.
      status: /[xX]/.test(mark) ? 'done' : 'open',
      parent,
      depends_on: [],
      line: line + 1 + at,
    };
    open.push({ indent, item });
    return [item];
  });
}
