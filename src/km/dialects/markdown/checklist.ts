import { type BoxReading, readBoxes } from './boxes.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { finishPlan } from './finish.ts';
import type { Entry, Outline } from './outline.ts';
import { firstSign, signStatus } from './status.ts';
import { cleanTitle, isStruck, splitKey } from './title.ts';

/** A box as anybody writes it. */
export function readPlainBox(entry: Entry): BoxReading | null {
  if (entry.status === null) return null;
  const keyed = splitKey(entry.content);
  const status = entry.status === 'open' && isStruck(entry.content) ? 'cancelled' : entry.status;
  return { key: keyed?.key ?? null, title: cleanTitle(keyed?.title ?? entry.content), status };
}

/** `- ✅ Title`: a sign in the place of a box. */
function readSign(entry: Entry): BoxReading | null {
  if (entry.status !== null) return readPlainBox(entry);
  const sign = /^(\p{So})\uFE0F?\s*(.+)$/u.exec(entry.content);
  const status = signStatus(sign?.[1] ?? '');
  return sign === null || status === null ? null : { key: null, title: cleanTitle(sign[2] ?? ''), status };
}

/** Without one box in it, a list of signs is a list of tasks where they say more than that all is well. */
function hasSignTasks({ entries }: Outline): boolean {
  if (entries.some(({ status, mark }) => status !== null && !/^\p{So}$/u.test(mark))) return false;
  const signs = entries.flatMap(
    ({ status, content }) => status ?? (/^\p{So}/u.test(content) ? (firstSign(content)?.status ?? []) : []),
  );
  return signs.length >= 2 && new Set(signs).size >= 2 && signs.length * 2 >= entries.length;
}

export const checklist = markdownDialect({
  name: 'checklist',
  title: 'Markdown check list',
  looks_like: '- [ ] what is to be done, - [x] what is done; nested items are subtasks, headings are stages',
  see: outline => {
    const boxes = outline.entries.filter(entry => entry.status !== null && entry.content !== '').length;
    if (boxes > 0) return { score: 0.4, because: `${boxes} check ${boxes === 1 ? 'box' : 'boxes'}` };
    return hasSignTasks(outline)
      ? { score: 0.25, because: 'list items that begin with a sign such as ✅ or 🚧' }
      : NOT_THIS;
  },
  take: outline => {
    const { drafts, unread } = readBoxes(outline, { read: hasSignTasks(outline) ? readSign : readPlainBox });
    return finishPlan(outline, drafts, unread);
  },
});
