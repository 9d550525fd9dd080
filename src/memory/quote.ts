import type { MemoryHit, Trust } from './memory.ts';

/** Everything that a reader may take for the end of a line. */
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** What hides text or turns it round: control characters but tabs, directions, joiners without a width, tags, selectors of variants. */
const HIDDEN = /(?!\t)\p{Cc}|\p{Cf}|\p{Variation_Selector}/gu;
/** What chat templates of models end a message with: as it stands a server may take it for its own. */
const TEMPLATE = /<(?=[|｜][^\s<>]{1,40}[|｜]>|\/?s>|<\/?SYS>>|(?:start|end)_of_turn>|[be]os>)|\[(?=\/?INST\])/g;

/** A text as data: each of its lines begins with `| `, so that nothing in it can end the quotation. */
export const quoted = (text: string): string =>
  text
    .split(LINE_ENDS)
    .map(line => `| ${line.replace(HIDDEN, '').replace(TEMPLATE, '$& ')}`.trimEnd())
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
  `[${hit.type}${hit.task_key === null ? '' : ` ${keyOf(hit.task_key)}`}, #${hit.id}, ${VOUCHED[hit.trust]}]\n${quoted(text)}`;

/** A key has no space and no comma; what was read from a file may hold anything. */
const keyOf = (key: string): string => key.split(/[\s,\p{C}[\]]/u, 1)[0] ?? '';
