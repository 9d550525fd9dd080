import type { Draft } from './draft.ts';
import { type StageNames, singular, stageNames } from './stage-names.ts';
import { isNothing } from './values.ts';

/** What a text names. */
export type Found = {
  readonly tasks: readonly Draft[];
  /** The text says that it is all tasks above, but for those of `except`. */
  readonly previous: boolean;
  readonly except: readonly Draft[];
  /** Names of tasks that are not here, such as `Task 9`, as they would be called. */
  readonly missing: readonly Missing[];
};
export type Missing = { readonly name: string; readonly token: string };

/** Finds the tasks that a text names: `#001, #003`, `#001-#012`, `Task 3 and Task 4`, `Phase 1`, `All previous`. */
export type References = {
  readonly find: (text: string, from: Draft) => Found;
  /** Tasks named by nothing but their titles. */
  readonly titled: (text: string) => readonly Draft[];
};

const TOKEN = /(?<![\p{L}\p{N}_./]|\p{L}-)#?(?:\p{L}+[-_])*\p{L}*\d+(?:\.\d+)*[a-z]?(?![\p{L}\p{N}])/gu;
const RANGE =
  /^[`*\])\s]*(?:-|–|—|→|to|through|thru|until|bis|a|\.{2,3})[`*[(\s]*(?:(?:tasks?|phases?|stages?)\s*)?#?$/iu;
/** A word before a number that says what is numbered. */
const NOUN =
  /\b(phases?|stages?|stor(?:y|ies)|weeks?|sprints?|milestones?|steps?|sections?|groups?|epics?|days?|v(?:ersion)?|req(?:uirement)?s?|waves?|batch(?:es)?|iterations?|lines?|chapters?|features?|bugs?|issues?|items?)\s*#?$/iu;
const STAGE_NOUNS = new Set(['phase', 'stage', 'milestone', 'sprint', 'epic', 'section', 'group', 'wave', 'iteration']);
const TASK_NOUNS = new Set(['story', 'step', 'issue', 'feature', 'bug', 'item']);
const JOIN = /^(?:[\s,;&+()[\]`*·|/–—→#-]|\.{2,3}|\b(?:and|or|und|y|to|through|thru|until|bis)\b)*$/iu;
const PLAIN = /^(?:[\s,;&+()[\]`*·|/#:-]|\b(?:and|or|(?:sub-?)?tasks?|tickets?|all|on)\b)*$/iu;
const NOT = /\b(?:not|except(?:ing)?|excluding|without|unlike|independent of)\b[^,.;]{0,40}$/iu;
/** `3 services` counts things; it names no task. */
const COUNTED =
  /^\s+(?!(?:and|or|to|through|thru|until|is|are|must|has|have|be|being|done|complete\w*|finish\w*)\b)\p{Ll}{2,}/u;
const ALL_ABOVE =
  /\b(?:all|every|todas?|alle)\b[^.,;]*\b(?:previous|prior|above|preceding|earlier|anteriores|vorherigen)\b/iu;
const ALL = /\b(?:all|every|todas?|alle)\b[^.,;]*\b(?:other|tasks)\b/iu;
const NO_NAMES = /\b\d{4}-\d{2}-\d{2}\S*|https?:\S+/gu;
const MOST_STAGES = 1000;
/** Longer texts are more than a list of names. */
const LONGEST = 50_000;
const LONGEST_WORDS = 2000;

/** The forms under which a key is known: as it stands, without zeros, and its number alone. */
export function formsOf(key: string): readonly string[] {
  const plain = key.toLowerCase().replace(/^#/, '');
  const zeroless = plain.replace(/(^|[^\d.])0+(?=\d)/g, '$1');
  const number = /^(?:task|t|ticket|story|issue)?[-_]?(\d[\d.]*[a-z]?)$/.exec(zeroless)?.[1];
  return [...new Set([plain, zeroless, ...(number === undefined ? [] : [number])])];
}

const prefixOf = (key: string): string => key.replace(/\d.*$/s, '');

type Known = {
  readonly tasks: readonly Draft[];
  readonly place: ReadonlyMap<Draft, number>;
  readonly keys: ReadonlyMap<string, readonly Draft[]>;
  /** What keys begin with before their number: `t`, `task-`. */
  readonly prefixes: ReadonlySet<string>;
  readonly titles: ReadonlyMap<string, Draft>;
  readonly stages: StageNames;
};

export function references(drafts: readonly Draft[]): References {
  const tasks = drafts.filter(draft => draft.kind === 'task');
  const keys = new Map<string, Draft[]>();
  for (const task of tasks) {
    for (const form of task.key === null ? [] : formsOf(task.key)) {
      const list = keys.get(form);
      if (list === undefined) keys.set(form, [task]);
      else list.push(task);
    }
  }
  const known: Known = {
    tasks,
    place: new Map(tasks.map((draft, index) => [draft, index])),
    keys,
    prefixes: new Set([...keys.keys()].map(prefixOf)),
    titles: new Map(tasks.map(task => [plainTitle(task.title), task])),
    stages: stageNames(drafts),
  };
  return { find: (text, from) => findIn(known, text, from), titled: text => byTitle(text, known.titles) };
}

const found = (tasks: readonly Draft[], more: Partial<Found> = {}): Found => ({
  tasks: [...new Set(tasks)],
  previous: false,
  except: [],
  missing: [],
  ...more,
});

function findIn(known: Known, text: string, from: Draft): Found {
  if (isNothing(text)) return found([]);
  const words = text.split(/[,;\s]+/).filter(word => word !== '');
  const exact = words.flatMap(word => known.keys.get(word.toLowerCase())?.[0] ?? []);
  if (exact.length === words.length) return found(exact);
  const plain = text.slice(0, LONGEST).replace(NO_NAMES, ' ');
  const { tasks, except, missing } = readTokens(known, plain, from);
  if (ALL_ABOVE.test(plain.slice(0, LONGEST_WORDS))) return found([], { previous: true, except, missing });
  if (tasks.length > 0) return found(tasks, { missing });
  const staged = known.stages.ofAll(plain, from);
  if (staged.length > 0) return found(staged);
  if (ALL.test(plain.slice(0, LONGEST_WORDS)) && missing.length === 0) return found([], { previous: true, except });
  const titled = byTitle(text, known.titles);
  return found(titled, titled.length > 0 ? {} : { missing });
}

/** What the words since the last name say about the next one; a list such as `Stories 1.1, 1.2` says it once. */
type Context = { readonly noun: string | null; readonly negated: boolean; readonly plain: boolean };

function contextOf(before: string, last: Context | null): Context {
  if (last !== null && JOIN.test(before)) return last;
  const noun = NOUN.exec(before)?.[1] ?? null;
  const lead = noun === null ? before : before.replace(NOUN, '');
  return { noun: noun === null ? null : singular(noun), negated: NOT.test(before), plain: PLAIN.test(lead) };
}

function readTokens(
  known: Known,
  text: string,
  from: Draft,
): { readonly tasks: readonly Draft[]; readonly except: readonly Draft[]; readonly missing: readonly Missing[] } {
  const tasks: Draft[] = [];
  const except: Draft[] = [];
  const missing: Missing[] = [];
  let end = 0;
  let context: Context | null = null;
  let last: { readonly token: string; readonly task: Draft | null } | null = null;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    const before = text.slice(end, match.index);
    end = match.index + token.length;
    context = contextOf(before, context);
    const to = context.negated ? except : tasks;
    const ranged = last !== null && RANGE.test(before);
    const number = /^#?\d/.test(token);
    const stage = number && context.noun !== null && !TASK_NOUNS.has(context.noun);
    const task = stage || counts(token, before, text.slice(end)) ? null : taskOf(known, token, from, context.noun);
    const staged =
      task === null && number && context.noun !== null
        ? stagesOf(known, context.noun, token, ranged ? last?.token : undefined, from)
        : null;
    if (staged !== null) to.push(...staged);
    if (task !== null && ranged && last?.task != null) to.push(...between(known, last.task, task));
    if (task !== null) to.push(task);
    if (task === null && staged === null && !context.negated) {
      const name = nameOf(known, token, context, text.slice(end));
      if (name !== null) missing.push({ name, token });
    }
    last = { token, task };
  }
  return { tasks, except, missing };
}

const counts = (token: string, before: string, after: string): boolean =>
  /^\d+$/.test(token) &&
  COUNTED.test(after) &&
  !/\b(?:tasks?|tickets?|stor(?:y|ies)|steps?|issues?)\s*$/iu.test(before);

function taskOf(known: Known, token: string, from: Draft, noun: string | null): Draft | null {
  const named = (text: string): Draft | null => {
    const all = formsOf(text).flatMap(form => known.keys.get(form) ?? []);
    const fit = noun === null ? all : all.filter(task => task.noun === noun);
    return fit.find(task => task.parent === from.parent) ?? fit[0] ?? null;
  };
  return named(token.replace(/^task[-_]?(?=#?\d)/i, '')) ?? named(token);
}

/** The tasks of a stage that is called by its number, and of those up to it in a range; null when there is none. */
function stagesOf(
  { stages }: Known,
  noun: string,
  token: string,
  first: string | undefined,
  from: Draft,
): readonly Draft[] | null {
  const number = token.replace('#', '');
  const own = stages.of(noun, number, from);
  if (first === undefined || own === null || !/^\d+$/.test(first) || !/^\d+$/.test(number)) return own;
  const low = Math.max(Number(first) + 1, Number(number) - MOST_STAGES);
  const inner = Array.from({ length: Math.max(0, Number(number) - low) }, (_, index) =>
    stages.of(noun, String(low + index), from),
  );
  return [...inner.flatMap(tasks => tasks ?? []), ...own];
}

const between = ({ tasks, place }: Known, low: Draft, high: Draft): readonly Draft[] =>
  tasks
    .slice((place.get(low) ?? 0) + 1, place.get(high) ?? 0)
    .filter(task => task.parent === high.parent || depthOf(task) === depthOf(high));

/** What a task that is not here is called; null for a number that need not be one. */
function nameOf({ keys, prefixes }: Known, token: string, { noun, plain }: Context, after: string): string | null {
  if (!plain || COUNTED.test(after) || /^[^\s]*:\/\//.test(after)) return null;
  if (noun !== null)
    return STAGE_NOUNS.has(noun) || TASK_NOUNS.has(noun) ? `${noun[0]?.toUpperCase()}${noun.slice(1)} ${token}` : null;
  if (token.startsWith('#')) return token;
  if (/^\d/.test(token)) return keys.size > 0 ? `Task ${token}` : null;
  const prefix = prefixOf(token.toLowerCase());
  return prefixes.has(prefix) || /^(?:t|task|story|issue|ticket)[-_]?$/.test(prefix) ? token : null;
}

const plainTitle = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function depthOf(draft: Draft): number {
  let depth = 0;
  for (let at = draft.parent; at !== null; at = at.parent) if (at.kind === 'task') depth += 1;
  return depth;
}

/** Tasks named by their titles, one or a list of them. */
function byTitle(text: string, titles: ReadonlyMap<string, Draft>): readonly Draft[] {
  const whole = titles.get(plainTitle(text));
  if (whole !== undefined) return [whole];
  return text.split(/[,;]/).flatMap(part => titles.get(plainTitle(part)) ?? []);
}
