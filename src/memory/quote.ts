import type { MemoryHit, Trust } from './memory.ts';

/** Everything that a reader may take for the end of a line. */
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** What hides text or turns it round: control characters but tabs, directions, joiners without a width. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text as data: each of its lines begins with `| `, so that nothing in it can end the quotation. */
export const quoted = (text: string): string =>
  text
    .split(LINE_ENDS)
    .map(line => `| ${line.replace(HIDDEN, '')}`.trimEnd())
    .join('\n');

const VOUCHED: Readonly<Record<Trust, string>> = {
  person: 'from a person',
  agent: 'from an agent',
  tool: 'only what a tool printed, low trust',
};

/** One entry as a prompt holds it: what it is and who vouches for it, then its text as data. */
export const quoteMemory = (
  hit: Pick<MemoryHit, 'id' | 'type' | 'task_key' | 'trust' | 'text'>,
  text: string = hit.text,
): string =>
  `[${hit.type}${hit.task_key === null ? '' : ` ${hit.task_key}`}, #${hit.id}, ${VOUCHED[hit.trust]}]\n${quoted(text)}`;
