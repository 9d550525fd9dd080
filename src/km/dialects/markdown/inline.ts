import type { Draft } from './draft.ts';
import { fieldName, labelled } from './fields.ts';
import type { Outline } from './outline.ts';
import type { References } from './refs.ts';
import { cleanTitle } from './title.ts';

const WORDS =
  'depends?[ ]+(?:up)?on|dependent[ ]+on|dependenc(?:y|ies)|deps?|(?:is[ ]+)?blocked[ ]+by|requires?|needs|after|prerequisites?|prereqs?|wait(?:s|ing)?[ ]+(?:for|on)';
const STRONG =
  'depends?[ ]+(?:up)?on|dependent[ ]+on|blocked[ ]+by|requires|prerequisites?|prereqs?|wait(?:s|ing)?[ ]+(?:for|on)';
const NAME = String.raw`[\x60*]*(?:(?:(?:sub-?)?tasks?|tickets?|items?|steps?|stor(?:y|ies)|issues?)[ ]+)?#?(?:[a-z]+[-_])*[a-z]*\d+(?:\.\d+)*[a-z]?[\x60*]*`;
const NAMES = String.raw`${NAME}(?:[ ]*(?:,[ ]*and[ ]|[,;&+–-]|\band\b|\bto\b|\bthrough\b)[ ]*${NAME})*`;

/** `(depends on 1)`, `[blocked by: T3]`. */
const BRACKETED = new RegExp(String.raw`[ ]*[([][ ]*(?:${WORDS})\b[ ]*:?[ ]*([^()[\]]{1,200})[)\]]`, 'giu');
/** `— requires 1.3`, `, after 1.4`. */
const TRAILING = new RegExp(String.raw`(?:[ ]+[—–-]+[ ]+|[ ]*[,;.][ ]+)(?:${WORDS})\b[ ]*:?[ ]+(${NAMES})\.?$`, 'iu');
const ONLY_NAMES = new RegExp(`^${NAMES}$`, 'iu');
const GROUP = /^(?:all\b|phases?[ ]\d|stages?[ ]\d)/iu;
/** `Depends on Task 1.` on a line of its own. */
const SENTENCE = new RegExp(
  String.raw`^[ \t]*(?:[-*+>][ \t]+)?[(_*]*(?:(?:this|it|this task)[ ]+)?(?:is[ ]+)?(?:${STRONG})\b[ ]*:?[ ]+(${NAMES})(?=[ ]*(?:$|[.,;()_*—–]))`,
  'iu',
);
/** Nobody writes more than this into the name of a task; longer ones are not searched. */
const LONGEST = 2000;

/** Takes what a task waits for out of its title, and finds it in the sentences below. */
export function readInline(outline: Outline, drafts: readonly Draft[], references: References): void {
  for (const draft of drafts) {
    if (draft.kind !== 'task') continue;
    if (draft.title.length <= LONGEST) readTitle(draft, references);
    readSentences(outline, draft);
  }
}

function readTitle(draft: Draft, { find, titled }: References): void {
  const { line } = draft;
  const take = (whole: string, text: string): string => {
    if (!ONLY_NAMES.test(text) && !GROUP.test(text)) {
      const tasks = titled(text);
      if (tasks.length === 0) return whole;
      draft.needs.push({ text, line });
      return '';
    }
    const { tasks, previous, missing } = find(text, draft);
    draft.needs.push({ text, line });
    // What is not understood stays where people see it.
    return missing.length === 0 && (previous || tasks.length > 0) ? '' : whole;
  };
  const title = draft.title
    .replace(BRACKETED, (whole: string, text: string) => take(whole, text.trim()))
    .replace(TRAILING, (whole: string, text: string) => take(whole, text));
  const clean = cleanTitle(title);
  if (title !== draft.title && clean !== '') draft.title = clean;
}

function readSentences({ lines }: Outline, draft: Draft): void {
  const { description } = draft.rest;
  if (description === undefined || !/depend|block|requir|prereq|wait/i.test(description)) return;
  let fenced = false;
  for (const text of description.split('\n')) {
    if (/^\s*(?:`{3}|~{3})/.test(text)) fenced = !fenced;
    if (fenced || text.length > LONGEST) continue;
    const names = SENTENCE.exec(text)?.[1];
    const label = labelled(text)?.label;
    if (names === undefined || (label !== undefined && fieldName(label) === 'depends')) continue;
    let line = draft.line;
    while (line < lines.length && !(lines[line]?.text ?? '').includes(text.trim())) line += 1;
    draft.needs.push({ text: names, line: line < lines.length ? line : draft.line });
  }
}
