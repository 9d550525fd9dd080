import type { FieldName, PlanDocument, PlanTask } from './document.ts';
import type { TextEdit } from './edit.ts';
import { changeItems, type Start } from './edit-items.ts';
import { commandsIn, keysIn, wordsIn } from './entries.ts';
import { fieldItems, type ListItem } from './items.ts';
import { linksOf } from './links.ts';
import { oneLine } from './notes.ts';
import { inlineCode } from './render.ts';
import { chunkOf } from './values.ts';

type WordList = {
  readonly field: FieldName;
  readonly label: string;
  /** What one item of the field names. */
  readonly read: (item: ListItem) => readonly string[];
  readonly print: (word: string) => string;
  /** What stands before a word on a line of its own. */
  readonly before?: (word: string) => string;
  /** What an emptied field says. */
  readonly nothing: string;
};

const code = (word: string): string => inlineCode(oneLine(word));
const KEYS = {
  read: (item: ListItem) => keysIn(item.text, item.inline),
  print: (key: string) => key,
  nothing: 'none',
};

/** `Research:` and `Issues:`, as plans write them before a link. */
const placeLabel = (link: string): string =>
  /^research\.md(?:#|$)/i.test(link) ? 'Research: ' : /^issues\.md(?:#|$)/i.test(link) ? 'Issues: ' : '';

/** The lists whose items are edited one by one, so that the words around them stay. */
export const WORD_LISTS = {
  links: { field: 'links', label: 'Links', read: linksOf, print: code, before: placeLabel, nothing: '' },
  depends_on: { field: 'depends_on', label: 'Depends on', ...KEYS },
  related: { field: 'related', label: 'Related', ...KEYS },
  discovered_from: { field: 'discovered_from', label: 'Discovered from', ...KEYS },
  checks: { field: 'verify', label: 'Verify', read: item => commandsIn(item.text), print: code, nothing: 'none' },
  protect: { field: 'protect', label: 'Protect', read: item => wordsIn(item.text), print: code, nothing: 'none' },
  allow: { field: 'allow', label: 'Allow', read: item => wordsIn(item.text), print: code, nothing: 'none' },
  tags: { field: 'tags', label: 'Tags', read: item => wordsIn(item.text), print: printTag, nothing: 'none' },
} as const satisfies Readonly<Record<string, WordList>>;

function printTag(tag: string): string {
  return /^[\p{L}\p{N}._/:-]*\p{L}[\p{L}\p{N}._/:-]*$/u.test(tag) && tag !== 'none' ? tag : code(tag);
}

/**
 * Sets a list of words that the file has already, word by word; null where that cannot be done by taking words out and
 * putting others in (a field that is not there yet, commands in code fences). `anew` takes out and puts in all of them.
 */
export function setWords(
  document: PlanDocument,
  task: PlanTask,
  name: keyof typeof WORD_LISTS,
  wanted: readonly string[],
  way: 'careful' | 'anew' = 'careful',
): readonly TextEdit[] | null {
  const list: WordList = WORD_LISTS[name];
  const chunk = chunkOf(task, list.field);
  const items = fieldItems(document, task, list.field);
  if (chunk === null && name !== 'links') return null;
  if (items.some(item => item.end > item.line + 1) && name !== 'links') return null;
  const named = items.map(item => ({ item, words: list.read(item) }));
  if (named.some(({ item }) => item.text.includes('\n') && name !== 'links')) return null;
  const kept = way === 'anew' ? [] : wanted;
  const known = new Set(way === 'anew' ? [] : named.flatMap(({ words }) => words));
  const added = wanted.filter(word => !known.has(word));
  const gone = named.filter(({ words }) => words.length > 0 && words.every(word => !kept.includes(word)));
  const thinned = named.flatMap(({ item, words }) =>
    words.every(word => wanted.includes(word)) || gone.some(other => other.item === item)
      ? []
      : thin(item, words, wanted, list),
  );
  const inline = items.find(item => item.inline) ?? null;
  const behind = inline !== null && items.length === 1 && inline.end === inline.line + 1;
  if (behind && (added.length > 0 || gone.length === 1))
    return [oneLineEdit(inline, gone.length === 1, thinned, added, list)];
  if (!behind && items.length === 0 && chunk !== null && name !== 'links') return null;
  const last = items.at(-1);
  const place = last !== undefined ? last.end - 1 : (chunk?.line ?? null);
  const groups = new Map(added.length === 0 ? [] : [[place, added]]);
  const lines = (word: string, start: Start) => wordLines(list, word, start);
  const change = { items, gone: gone.map(({ item }) => item), added: groups, lines };
  return [...thinned, ...changeItems(document, task, list.label, change)];
}

const wordLines = (list: WordList, word: string, { indent, marker }: Start): readonly string[] => [
  `${indent}${marker} ${list.before?.(word) ?? ''}${list.print(word)}`,
];

/** The line of a new link. */
export const linkLines = (link: string, start: Start): readonly string[] => wordLines(WORD_LISTS.links, link, start);

/** All words of a field stand on its own line. */
function oneLineEdit(
  item: ListItem,
  emptied: boolean,
  thinned: readonly TextEdit[],
  added: readonly string[],
  list: WordList,
): TextEdit {
  const words = added.map(list.print).join(', ');
  if (emptied) return { from: item.from, to: item.to, text: words === '' ? list.nothing : words };
  const [edit = { from: item.to, to: item.to, text: '' }] = thinned;
  if (thinned.length === 0) return { ...edit, text: `, ${words}` };
  return { ...edit, text: [edit.text, words].filter(text => text !== '').join(', ') };
}

/** Takes single words out of an item's line. */
function thin(
  item: ListItem,
  words: readonly string[],
  wanted: readonly string[],
  list: WordList,
): readonly TextEdit[] {
  const kept = words.filter(word => wanted.includes(word));
  let text = item.text;
  for (const word of words.filter(other => !wanted.includes(other))) {
    const at = text.split(/(,\s*)/).findIndex(part => part.replaceAll('`', '').trim() === word);
    if (at < 0) return [{ from: item.from, to: item.to, text: kept.map(list.print).join(', ') }];
    text = text
      .split(/(,\s*)/)
      .toSpliced(at === 0 ? 0 : at - 1, 2)
      .join('');
  }
  return [{ from: item.from, to: item.to, text }];
}
