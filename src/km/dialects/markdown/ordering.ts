import type { Draft } from './draft.ts';
import { type Outline, sectionPath } from './outline.ts';
import { references } from './refs.ts';

const SECTION = /\bdependenc(?:y|ies)\b|\bexecution order\b/iu;
const NEGATED = /\b(?:not|no|never|independent(?:ly)?|parallel)\b/iu;
const IDS = /\bT-?\d{2,5}[a-z]?(?:\s*(?:-|–|to|through)\s*T-?\d{2,5}[a-z]?)?\b/gu;
/** What stands on the left comes first. */
const FIRST = /\b(?:unblocks|blocks|before|precedes)\b/iu;
const LAST = /\b(?:depends? (?:up)?on|requires?|blocked by|needs|after|follows|waits? for)\b/iu;
const ARROW = /→|->|=>/u;
const LONGEST = 1000;

const idsIn = (text: string): string => (text.match(IDS) ?? []).join(', ');

/** The order that a sentence says, as pairs of what is first and what waits for it. */
function pairsOf(text: string): readonly (readonly [string, string])[] {
  if (ARROW.test(text)) {
    const parts = text.split(ARROW).map(idsIn);
    return parts.slice(1).map((part, place) => [parts[place] ?? '', part] as const);
  }
  const first = text.split(FIRST).map(idsIn);
  if (first.length === 2) return [[first[0] ?? '', first[1] ?? '']];
  const last = text.split(LAST).map(idsIn);
  return last.length === 2 ? [[last[1] ?? '', last[0] ?? '']] : [];
}

/** Takes the order of tasks from the sentences below a heading such as `## Dependencies`: `T003 blocks T006`. */
export function readOrder({ entries }: Outline, drafts: readonly Draft[]): void {
  const { find } = references(drafts);
  const [task] = drafts.filter(({ kind }) => kind === 'task');
  if (task === undefined) return;
  for (const { section, status, content, line } of entries) {
    if (status !== null || content.length > LONGEST || NEGATED.test(content)) continue;
    if (!sectionPath(section).some(({ title }) => SECTION.test(title))) continue;
    for (const [first, then] of pairsOf(content))
      if (first !== '' && then !== '')
        for (const draft of find(then, task).tasks) draft.needs.push({ text: first, line });
  }
}
