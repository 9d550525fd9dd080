import type { Draft } from './draft.ts';
import { isNothing } from './values.ts';

/** Finds the tasks that a text names: `#001, #003`, `#001-#012`, `T1, T2`, `Task 3 and Task 4`, `All previous`. */
export type References = {
  /** `complete` is false when the text names something that is no task here. */
  readonly find: (text: string, from: Draft) => { readonly tasks: readonly Draft[]; readonly complete: boolean };
};

const TOKEN = /(?<![\p{L}\p{N}_./]|\p{L}-)#?(?:\p{L}+[-_])*\p{L}*\d+(?:\.\d+)*[a-z]?(?![\p{L}\p{N}])/gu;
const RANGE = /^[`*\])\s]*(?:-|–|—|→|to|through|thru|until|bis|a|\.{2,3})[`*[(\s]*(?:tasks?\s*)?#?$/iu;
/** Words before a number that make it something else than a task. */
const OTHER =
  /\b(?:phases?|stages?|stor(?:y|ies)|weeks?|sprints?|milestones?|steps?|sections?|epics?|days?|v(?:ersion)?|req(?:uirement)?s?|waves?|batch(?:es)?|lines?|chapter)\s*#?$/iu;
const ALL =
  /\b(?:all|every|todas?|alle)\b[^.,;]*\b(?:previous|prior|above|preceding|earlier|other|tasks|anteriores|vorherigen)\b/iu;

/** The forms under which a key is known: as it stands, without zeros, and its number alone. */
function formsOf(key: string): readonly string[] {
  const plain = key.toLowerCase().replace(/^#/, '');
  const zeroless = plain.replace(/(^|[^\d.])0+(?=\d)/g, '$1');
  const number = /^(?:task|t|ticket|story|issue)?[-_]?(\d[\d.]*[a-z]?)$/.exec(zeroless)?.[1];
  return [...new Set([plain, zeroless, ...(number === undefined ? [] : [number])])];
}

export function references(drafts: readonly Draft[]): References {
  const tasks = drafts.filter(draft => draft.kind === 'task');
  const place = new Map(tasks.map((draft, index) => [draft, index]));
  const known = new Map<string, Draft[]>();
  const slugs = new Map<string, Draft>();
  for (const task of tasks) {
    for (const form of task.key === null ? [] : formsOf(task.key)) known.set(form, [...(known.get(form) ?? []), task]);
    slugs.set(plainTitle(task.title), task);
  }
  const named = (token: string, from: Draft): Draft | null => {
    const all = formsOf(token).flatMap(form => known.get(form) ?? []);
    return all.find(task => task.parent === from.parent) ?? all[0] ?? null;
  };
  return {
    find: (text, from) => {
      if (isNothing(text)) return { tasks: [], complete: true };
      const words = text.split(/[,;\s]+/).filter(word => word !== '');
      const exact = words.flatMap(word => known.get(word.toLowerCase())?.[0] ?? []);
      if (exact.length === words.length) return { tasks: [...new Set(exact)], complete: true };
      if (ALL.test(text)) return { tasks: tasks.slice(0, place.get(from) ?? 0), complete: true };
      const found: Draft[] = [];
      let complete = true;
      let end = 0;
      for (const match of text.matchAll(TOKEN)) {
        const task = named(match[0].replace(/^task[-_]?(?=#?\d)/i, ''), from) ?? named(match[0], from);
        const before = text.slice(end, match.index);
        const after = end > 0 ? found.at(-1) : undefined;
        end = match.index + match[0].length;
        if (task === null || OTHER.test(before)) {
          complete = false;
          continue;
        }
        if (after !== undefined && RANGE.test(before)) {
          const [low, high] = [place.get(after) ?? 0, place.get(task) ?? 0];
          found.push(
            ...tasks.slice(low + 1, high).filter(between => between.parent === task.parent || sameDepth(between, task)),
          );
        }
        found.push(task);
      }
      if (found.length === 0) {
        const titled = byTitle(text, slugs);
        return { tasks: titled, complete: titled.length > 0 };
      }
      return { tasks: [...new Set(found)], complete };
    },
  };
}

const plainTitle = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const sameDepth = (left: Draft, right: Draft): boolean => depthOf(left) === depthOf(right);
function depthOf(draft: Draft): number {
  let depth = 0;
  for (let at = draft.parent; at !== null; at = at.parent) if (at.kind === 'task') depth += 1;
  return depth;
}

/** Tasks named by their titles, one or a list of them. */
function byTitle(text: string, slugs: ReadonlyMap<string, Draft>): readonly Draft[] {
  const whole = slugs.get(plainTitle(text));
  if (whole !== undefined) return [whole];
  return text.split(/[,;]/).flatMap(part => {
    const task = slugs.get(plainTitle(part));
    return task === undefined ? [] : [task];
  });
}
