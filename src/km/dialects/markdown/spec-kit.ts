import { type BoxReading, readBoxes } from './boxes.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { finishPlan } from './finish.ts';
import { readOrder } from './ordering.ts';
import type { Entry } from './outline.ts';
import { cleanTitle } from './title.ts';

const TASK = /^(?:\*\*|`|\[)?(T-?\d{2,5}[a-z]?(?:\.\d+)?)\b(?:\*\*|`|\])?[.:)]?(?:\*\*)?\s*[-–—:]?\s*(.*)$/su;
const MARK = /^\s*(?:\*\*)?\[(P|US-?\d+|[A-Z][A-Za-z]{0,12}-?\d{0,3})\](?:\*\*)?\s*/;
const NEEDS =
  /\(?\b(?:depends on|depends upon|dependent on|requires|blocked by|after)\b:?\s*((?:(?:and|,|&|;|\s|through|to|[-–])*\bT-?\d{2,5}[a-z]?\b)+)\)?/giu;

function readTask(entry: Entry): BoxReading | null {
  const match = entry.status === null || entry.quoted ? null : TASK.exec(entry.content);
  if (match === null || entry.status === null) return null;
  const tags: string[] = [];
  let title = match[2] ?? '';
  for (let mark = MARK.exec(title); mark !== null; mark = MARK.exec(title)) {
    tags.push(mark[1] === 'P' ? 'parallel' : (mark[1] ?? ''));
    title = title.slice(mark[0].length);
  }
  const needs = [...title.matchAll(NEEDS)].map(found => found[1] ?? '');
  const named = cleanTitle(title.replace(NEEDS, whole => (whole.startsWith('(') && whole.endsWith(')') ? '' : whole)));
  return {
    key: match[1] ?? null,
    title: named === '' ? (match[1] ?? '') : named,
    status: entry.status,
    needs,
    rest: tags.length === 0 ? {} : { tags: [...new Set(tags)] },
  };
}

export const specKit = markdownDialect({
  name: 'spec-kit',
  title: 'spec-kit tasks.md',
  looks_like: '## Phase 1: Setup, then - [ ] T001 [P] [US1] what is to be done in path/to/file',
  see: outline => {
    const boxes = outline.entries.filter(entry => entry.status !== null && entry.content !== '');
    const tasks = boxes.filter(entry => readTask(entry) !== null);
    const outer = boxes.filter(entry => entry.parent === null);
    if (tasks.length === 0 || tasks.length * 2 < outer.length) return NOT_THIS;
    const marked = tasks.some(entry => /\[(?:P|US\d+)\]/.test(entry.content));
    const score = tasks.length < 2 ? 0.6 : marked ? 0.95 : 0.85;
    return { score, because: `${tasks.length} boxes with a key such as ${tasks[0]?.content.slice(0, 5).trim() ?? ''}` };
  },
  take: outline => {
    const { drafts, unread } = readBoxes(outline, { read: readTask, looseBoxes: 'stage' });
    readOrder(outline, drafts);
    return finishPlan(outline, drafts, unread);
  },
});
