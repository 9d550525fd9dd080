import { type FieldName, fieldName, labelled } from './fields.ts';
import { type Outline, type Section, sectionPath } from './outline.ts';
import { headingTitle } from './stages.ts';
import { boxStatus, type ItemStatus, readStatus } from './status.ts';

/** A heading that is a task. */
export type TaskHead = {
  readonly section: Section;
  readonly key: string | null;
  readonly title: string;
  /** What the heading itself says: a box, a sign or a word at one of its ends. */
  readonly status: ItemStatus | null;
  /** What it calls itself, such as `story` or `step`. */
  readonly noun?: string;
};

/** `task` for headings that say so; `keyed` and `plain` ones are tasks where fields or the heading above say so. */
type Shape = {
  readonly kind: 'task' | 'keyed' | 'plain';
  readonly key: string | null;
  readonly title: string;
  readonly noun?: string;
};

const WORD = /^(?:sub-?task|task|ticket|work item|todo)s?\b[ \t]*(?:id|no\.?|number|nr\.?)?[ \t]*[:#]?[ \t]*/iu;
const STORY = /^(?:user )?(story|issue|bug|feature|item|step)[ \t]*(?=#?\d)/iu;
const NUMBER =
  /^(#?\d+(?:\.\d+)*[a-z]?|[A-Z](?=[ \t]*[:.)|–—]|[ \t]+-[ \t]))(?:[ \t]*(?:[:.)|]|[–—-](?=\s))+[ \t]*|(?=[ \t(])|$)/u;
const CODE =
  /^([A-Z][A-Z\d]*(?:[-_][A-Z\d]+)*[-_]\d+(?:\.\d+)*[a-z]?|T\d+(?:\.\d+)*[a-z]?|#\d+)\]?(?:[ \t]*(?:[:.)|]|[–—-](?=\s))+[ \t]*|[ \t]+|$)/u;
const SHORT = /^([A-Z]{1,4}\d+(?:\.\d+)*[a-z]?)(?:[ \t]*[:.)|]+[ \t]+|[ \t]*[–—][ \t]*|[ \t]+-[ \t]+)/u;
const NO_TASK =
  /^(?:phase|stage|week|sprint|milestone|epic|part|section|chapter|appendix|v\d|version|day|iteration|wave)\b/iu;
const STATE_WORDS =
  'done|completed?|finished|in[ -]progress|wip|blocked|pending|not started|todo|to do|cancel+ed|deferred|skipped|on hold|partial|open|closed|planned';
const TAIL = new RegExp(
  String.raw`(?:[ \t]*[([|–—:-]+[ \t]*|[ \t]+)(?:[*_]*)(?:\p{So}\uFE0F?[ \t]*)*(?:${STATE_WORDS})[)\]*_]*(?:[ \t]*\p{So}\uFE0F?)*$`,
  'iu',
);
const TAIL_SIGN = /(?:[ \t]*(?:\p{So}|[✓✗✘])\uFE0F?)+$/u;
const HEAD_WORD = new RegExp(String.raw`^[[(](?:${STATE_WORDS})[)\]][ \t]*[:–—-]*[ \t]*`, 'iu');

/** What is left of a sign that was read with the wrong code page, or a letter of another script before the word. */
const LOST_SIGN = /^[^\0-\x7F]{1,12}\s+(?=(?:task|ticket)\b|#\d|T\d)/iu;
const LONGEST_TAIL = 60;

/** Takes what says the status off the ends of a heading. */
function withoutStatus(text: string): {
  readonly rest: string;
  readonly status: ItemStatus | null;
  readonly cut: string;
} {
  let rest = text.replaceAll('**', '').replace(LOST_SIGN, '').trim();
  const box = /^(?:[-*+][ \t]+)?\\?\[[ \t]*([^\]\\]?)[ \t]*\\?\](?=[ \t])[ \t]*/u.exec(rest);
  if (box !== null && boxStatus(box[1] ?? '') !== null)
    return { ...withoutStatus(rest.slice(box[0].length)), status: boxStatus(box[1] ?? '') };
  const lead = /^[^\p{L}\p{N}#[(*_`~]+/u.exec(rest)?.[0] ?? '';
  rest = rest.slice(lead.length);
  const word = HEAD_WORD.exec(rest)?.[0] ?? '';
  rest = rest.slice(word.length);
  const end = rest.slice(-LONGEST_TAIL);
  const tail = TAIL.exec(end)?.[0] ?? TAIL_SIGN.exec(end)?.[0] ?? '';
  const whole = tail.length < rest.length ? tail : '';
  rest = rest.slice(0, rest.length - whole.length).trim();
  const struck = /^~~(.*)~~$/.exec(rest)?.[1];
  const said = readEnd(whole) ?? readEnd(word) ?? readEnd(lead) ?? (struck === undefined ? null : 'cancelled');
  return { rest: struck ?? rest, status: said, cut: whole };
}

/** What the end of a heading says; signs that only adorn it, such as 🎯 or 📋, say nothing. */
function readEnd(text: string): ItemStatus | null {
  if (text.trim() === '') return null;
  const status = readStatus(text.replace(/[()[\]|]/g, ' '));
  return /\p{L}/u.test(text) || status !== 'open' ? status : null;
}

function shapeOf(text: string): Shape {
  const named = WORD.exec(text);
  if (named !== null) {
    const rest = text.slice(named[0].length);
    const number = NUMBER.exec(rest) ?? CODE.exec(rest);
    const key = number?.[1] ?? null;
    const title = rest.slice(number?.[0].length ?? 0).trim();
    if (key !== null) {
      const code = /^T?A?S?K?-\d/i.test(rest) || /^[A-Z]+[-_]/.test(key);
      return { kind: 'task', key: key.startsWith('#') || code ? key : hashed(named[0]) ? `#${key}` : `T${key}`, title };
    }
    if (/^[^s:]*:[ \t]*$/iu.test(named[0]) && rest !== '') return { kind: 'task', key: null, title: rest };
  }
  const dashed =
    /^(TASK|TICKET|STORY|ISSUE)[-_](\d+(?:\.\d+)*[a-z]?)(?:[ \t]*(?:[:.)|]|[–—-](?=\s))+[ \t]*|[ \t]+|$)/iu.exec(text);
  if (dashed !== null)
    return {
      kind: 'task',
      key: `${(dashed[1] ?? '').toUpperCase()}-${dashed[2]}`,
      title: text.slice(dashed[0].length).trim(),
    };
  const code = CODE.exec(text.replace(/^\[/, ''));
  if (code !== null) {
    const title = text.replace(/^\[/, '').slice(code[0].length).trim();
    return { kind: /^(?:T-?\d|TASK|#)/.test(code[1] ?? '') ? 'task' : 'keyed', key: code[1] ?? null, title };
  }
  const story = STORY.exec(text);
  const number = NUMBER.exec(story === null ? text : text.slice(story[0].length));
  if (story !== null && number !== null)
    return {
      kind: 'keyed',
      key: number[1] ?? null,
      title: text.slice(story[0].length + number[0].length).trim(),
      noun: (story[1] ?? '').toLowerCase(),
    };
  const short = SHORT.exec(text);
  if (short !== null && !NO_TASK.test(text))
    return { kind: 'keyed', key: short[1] ?? null, title: text.slice(short[0].length).trim() };
  const digits = /^\d/.test(text) ? number : null;
  return digits === null
    ? { kind: 'plain', key: null, title: text }
    : { kind: 'keyed', key: digits[1] ?? null, title: text.slice(digits[0].length).trim() };
}

const hashed = (word: string): boolean => word.trimEnd().endsWith('#');

const TASKS_ABOVE =
  /^(?:[\d.]+\s*)?(?:the |all |open |main |detailed |development |implementation |technical |project )*(?:tasks?|task list|task breakdown|tasks breakdown|work items|backlog|to-?dos?|implementation (?:tasks|steps)|user stories|stories|tickets)\W*$/iu;

const STATUS: readonly (FieldName | null)[] = ['status'];
const WORK: readonly (FieldName | null)[] = ['depends', 'acceptance', 'priority', 'complexity', 'assignee'];

/** Whether one of the fields stands below a heading, before the next one. */
function hasField(outline: Outline, section: Section, names: readonly (FieldName | null)[]): boolean {
  for (let index = section.line + 1; index < section.end; index += 1) {
    const line = outline.lines[index];
    if (line === undefined || line.level > 0) return false;
    if (line.kind !== 'text') continue;
    const label = /^\s*\|\s*\**([^|*]+)\**\s*\|/.exec(line.text)?.[1] ?? labelled(line.text)?.label;
    if (label !== undefined && names.includes(fieldName(label))) return true;
  }
  return false;
}

/** Headings without a key are tasks only where they stand among others of which most have a status too. */
function groupsWithStatus(outline: Outline, told: ReadonlySet<Section>): (section: Section) => boolean {
  const groups = new Map<Section | null, Map<number, { all: number; told: number }>>();
  for (const section of outline.sections) {
    const levels = groups.get(section.parent) ?? new Map<number, { all: number; told: number }>();
    groups.set(section.parent, levels);
    const counts = levels.get(section.level) ?? { all: 0, told: 0 };
    levels.set(section.level, { all: counts.all + 1, told: counts.told + Number(told.has(section)) });
  }
  return ({ parent, level }) => {
    const counts = groups.get(parent)?.get(level) ?? { all: 0, told: 0 };
    return counts.told >= 2 && counts.told * 2 >= counts.all;
  };
}

/** Whether a check box stands below a heading. */
function boxFinder({ entries }: Outline): (section: Section) => boolean {
  const lines = entries.flatMap(({ line, status }) => (status === null ? [] : [line]));
  return ({ line, end }) => {
    let low = 0;
    for (let high = lines.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((lines[middle] ?? end) > line) high = middle;
      else low = middle + 1;
    }
    return (lines[low] ?? end) < end;
  };
}

/** The number of a key in the order of a list: 2 of `T2`, 17 of `TASK-017`; null for `1.2`. */
const orderOf = (key: string | null): number | null => {
  const digits = /^[^\d.]*(\d+)[a-z]?$/i.exec(key ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
};

/** Whether the one title of a text is a task: it has the fields of one, and the others go on counting or are its parts. */
function isOwnTask(outline: Outline, title: Shape & { section: Section }, others: readonly Shape[]): boolean {
  const { kind, key, section } = title;
  if (kind !== 'task' || key === null) return false;
  const [next] = others;
  if (next === undefined) return hasField(outline, section, [...STATUS, ...WORK]) || hasPart(outline, section);
  if (others.every(other => other.key?.startsWith(`${key}.`))) return hasField(outline, section, STATUS);
  const order = orderOf(key);
  return order !== null && orderOf(next.key) === order + 1;
}

/** A heading such as `## Acceptance Criteria` right below that of a task. */
const hasPart = ({ sections }: Outline, section: Section): boolean =>
  sections.some(part => part.parent === section && WORK.includes(fieldName(part.title)));

/** The headings of a text that are tasks. */
export function taskHeads(outline: Outline): readonly TaskHead[] {
  const heads = outline.sections.map(section => {
    const { rest, status, cut } = withoutStatus(section.title);
    const shape = shapeOf(rest);
    // `Task 5: blocked` is called so; a sign may stand behind the key, as in `3. ✅ Title`.
    const named = shape.title === '' && /\p{L}/u.test(cut) ? shapeOf(`${rest}${cut}`) : shape;
    const inner = withoutStatus(named.title);
    return {
      section,
      status: status ?? inner.status,
      ...named,
      title: inner.rest,
      boxed: /^(?:[-*+][ \t]+)?\\?\[[^\]]?\\?\][ \t]/u.test(section.title),
    };
  });
  const [title] = outline.sections;
  const lone = outline.sections.filter(({ level }) => level === 1).length === 1 ? title : undefined;
  const sure = heads.filter(({ kind, boxed, section }) => (kind === 'task' || boxed) && section !== lone);
  const surely = new Set(sure.map(({ section }) => section));
  const inside = (section: Section): boolean => sectionPath(section.parent).some(above => surely.has(above));
  const hasBoxes = boxFinder(outline);
  const told = new Set(outline.sections.filter(section => hasField(outline, section, STATUS)));
  const isGroup = groupsWithStatus(outline, told);
  const likely = heads.filter(head => {
    const { section, kind } = head;
    if (surely.has(section) || inside(section) || section === lone || NO_TASK.test(head.title)) return false;
    if (told.has(section)) return kind === 'keyed' || isGroup(section);
    if (sure.length > 0 || kind === 'plain') return false;
    if (hasField(outline, section, WORK)) return true;
    return TASKS_ABOVE.test(headingTitle(section.parent?.title ?? '')) && !hasBoxes(section);
  });
  // One heading with a status is a document that has one, not a list of tasks.
  const counted = sure.length > 0 || likely.length > 1 ? [...sure, ...likely] : [];
  const own = heads.find(({ section }) => section === lone);
  if (own !== undefined && isOwnTask(outline, own, counted)) counted.unshift(own);
  return counted
    .map(({ section, key, title: words, status, noun }) => ({
      section,
      key,
      title: words,
      status,
      ...(noun !== undefined && { noun }),
    }))
    .sort((left, right) => left.section.line - right.section.line);
}
