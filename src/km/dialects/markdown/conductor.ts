import { type BoxReading, readBoxes } from './boxes.ts';
import { readPlainBox } from './checklist.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { finishPlan } from './finish.ts';
import type { Entry } from './outline.ts';

const TASK = /^(?:\*\*)?(?:Sub-?)?Task(?:[ \t]+#?\d+(?:\.\d+)*)?(?:\*\*)?:(?:\*\*)?[ \t]+/i;
const COMMIT =
  /\s*(?:\(checkpoint:?\s*([\da-f]{6,40})\)|\[(?:checkpoint:?\s*)?([\da-f]{6,40})\]|\(([\da-f]{7,40})\)|`([\da-f]{7,40})`|(?<=\s)([\da-f]{7,40}))\s*$/i;

/** Takes the commits off the end of a task; each has a digit, so that no word is taken for one. */
function withoutCommits(content: string): { readonly text: string; readonly commits: readonly string[] } {
  const commits: string[] = [];
  let text = content.trim();
  for (let match = COMMIT.exec(text); match !== null; match = COMMIT.exec(text)) {
    const commit = match.slice(1).find(part => part !== undefined) ?? '';
    if (!/\d/.test(commit)) break;
    commits.unshift(commit);
    text = text.slice(0, match.index).trim();
  }
  return { text, commits };
}

function readTask(entry: Entry): BoxReading | null {
  if (entry.status === null || entry.quoted) return null;
  const { text, commits } = withoutCommits(entry.content.replace(/\s*\[checkpoint:\s*\]\s*$/i, ''));
  const unnamed = /^(?:\*\*)?(?:Sub-?)?Task:(?:\*\*)?\s+(.+)$/is.exec(text);
  const bold = unnamed !== null && text.startsWith('**') && !text.startsWith('**Task:**') ? '**' : '';
  const reading = readPlainBox({ ...entry, content: unnamed === null ? text : `${bold}${unnamed[1] ?? ''}` });
  if (reading === null || commits.length === 0) return reading;
  const notes = [{ at: null, agent: null, text: `Commit ${commits.join(', ')}.` }];
  return { ...reading, rest: { ...reading.rest, notes } };
}

export const conductor = markdownDialect({
  name: 'conductor',
  title: 'Conductor plan.md',
  looks_like: '## Phase 1: Name [checkpoint: 7fae265], then - [x] Task: what was done 7fae265',
  see: outline => {
    const boxes = outline.entries.filter(entry => entry.status !== null && entry.parent === null);
    const named = boxes.filter(entry => TASK.test(entry.content)).length;
    const signed =
      outline.sections.some(({ title }) => /\[checkpoint:/i.test(title)) ||
      boxes.some(({ content }) => /Conductor - User Manual Verification|\[checkpoint:/i.test(content));
    const phases = outline.sections.some(({ title }) => /^\W*phase\s+\d/i.test(title));
    if (boxes.length === 0 || (!signed && named * 2 < boxes.length)) return NOT_THIS;
    if (signed) return { score: 0.9, because: 'checkpoints of phases, and boxes that begin with “Task:”' };
    return phases && named > 1
      ? { score: 0.7, because: `${named} boxes that begin with “Task”, in phases` }
      : { score: 0.42, because: `${named} boxes that begin with “Task”` };
  },
  take: outline => {
    const { drafts, unread } = readBoxes(outline, { read: readTask });
    return finishPlan(outline, drafts, unread);
  },
});
