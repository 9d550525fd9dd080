import { type BoxReading, readBoxes } from './boxes.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { finishPlan } from './finish.ts';
import type { Entry, Outline } from './outline.ts';
import { cleanTitle } from './title.ts';

const NUMBER = /^(?:\*\*)?(?:Task[ \t]+)?(\d+(?:\.\d+)*)(?:[.):]|\.?\*\*[.:)]?)?[ \t]+(?:[-–—][ \t]+)?(\S.*)$/su;
const NUMBER_HEADING = /^(\d+)[.):]?\s+\S/;

function readNumbered(entry: Entry): BoxReading | null {
  if (entry.status === null || entry.quoted) return null;
  const match = NUMBER.exec(entry.content);
  const starred = /^\\?\*\s+(?=\d)/.exec(entry.content);
  if (starred !== null)
    return readNumbered({ ...entry, optional: true, content: entry.content.slice(starred[0].length) });
  const rest: BoxReading['rest'] = entry.optional ? { tags: ['optional'] } : {};
  if (match === null) return { key: null, title: cleanTitle(entry.content), status: entry.status, rest };
  const bold = entry.content.startsWith('**') && !(match[2] ?? '').startsWith('**') ? '**' : '';
  // `1.0` is how some number a task that has subtasks.
  return { key: match[1] ?? null, title: cleanTitle(`${bold}${match[2] ?? ''}`), status: entry.status, rest };
}

/** `1.2` stands in `1`; where that is called `1.0`, in `1.0`. */
function keyAbove(key: string): string | null {
  const above = key.includes('.') ? key.slice(0, key.lastIndexOf('.')) : null;
  return key.endsWith('.0') ? (above?.includes('.') ? above.slice(0, above.lastIndexOf('.')) : null) : above;
}

type Seen = { readonly boxes: number; readonly numbered: readonly string[]; readonly under: number };

/** Boxes, the numbers among them, and how many of those begin with the number of their heading. */
function see(outline: Outline): Seen {
  const boxes = outline.entries.filter(entry => entry.status !== null && entry.content !== '' && !entry.quoted);
  const numbered = boxes.flatMap(entry => {
    const key = readNumbered(entry)?.key ?? null;
    return key === null ? [] : [{ key, entry }];
  });
  const under = numbered.filter(({ key, entry }) => {
    const heading = NUMBER_HEADING.exec(entry.section?.title ?? '')?.[1];
    return heading !== undefined && key.startsWith(`${heading}.`);
  });
  return {
    boxes: boxes.filter(entry => entry.parent === null).length,
    numbered: numbered.map(({ key }) => key),
    under: under.length,
  };
}

const readKiro = (entry: Entry): BoxReading | null => {
  const reading = readNumbered(entry);
  return reading !== null && entry.mark === '-' ? { ...reading, status: 'in-progress' } : reading;
};

const take = (outline: Outline, read: (entry: Entry) => BoxReading | null) => {
  const keys = new Set(outline.entries.flatMap(entry => readNumbered(entry)?.key ?? []));
  const keyParent = (key: string) => {
    const above = keyAbove(key);
    return above === null ? null : keys.has(above) ? above : keys.has(`${above}.0`) ? `${above}.0` : null;
  };
  const { drafts, unread } = readBoxes(outline, { read, keyParent });
  for (const draft of drafts) takeRequirements(draft.rest);
  return finishPlan(outline, drafts, unread);
};

/** `_Requirements: 1.1, 2.3_` names parts of another document: tags, so that they can be searched. */
function takeRequirements(rest: { description?: string | undefined; tags?: readonly string[] | undefined }): void {
  const text = rest.description ?? '';
  const found = [
    ...text.matchAll(/^[ \t]*(?:[-*+][ \t]+)?(?:_|\*\*?)?Requirements?:(?:\*\*)?[ \t]*([\d.,\sA-Za-z-]+?)_?[ \t]*$/gim),
  ];
  const tags = found.flatMap(([, list = '']) =>
    list
      .split(/[,\s]+/)
      .filter(word => /^\d+(?:\.\d+)*$/.test(word))
      .map(word => `req-${word}`),
  );
  if (tags.length > 0) rest.tags = [...new Set([...(rest.tags ?? []), ...tags])];
}

export const openSpec = markdownDialect({
  name: 'openspec',
  title: 'OpenSpec tasks.md',
  looks_like: '## 1. Heading, then - [ ] 1.1 what is to be done',
  see: outline => {
    const { boxes, numbered, under } = see(outline);
    if (under === 0 || under * 2 < boxes) return NOT_THIS;
    return { score: under > 1 ? 0.9 : 0.7, because: `${numbered.length} numbered boxes below numbered headings` };
  },
  take: outline => take(outline, readNumbered),
});

export const kiro = markdownDialect({
  name: 'kiro',
  title: 'Kiro tasks.md',
  looks_like: '- [ ] 1. A task, below it - [ ] 1.1 its parts, each with _Requirements: 1.2_',
  see: outline => {
    const { boxes, numbered, under } = see(outline);
    const tied = outline.lines.filter(
      line =>
        line.kind === 'text' && /^(?:[-*+]\s+)?[_*]{1,2}(?:Requirements?|Validates):/i.test(line.text.trimStart()),
    ).length;
    const optional = outline.entries.some(entry => entry.status !== null && entry.optional);
    if (numbered.length === 0 || numbered.length * 2 < boxes || under * 2 > numbered.length) return NOT_THIS;
    if (tied > 0 || optional)
      return { score: 0.92, because: `${numbered.length} numbered boxes with requirements or optional ones` };
    return { score: numbered.length > 1 ? 0.7 : 0.45, because: `${numbered.length} numbered boxes` };
  },
  take: outline => take(outline, readKiro),
});
