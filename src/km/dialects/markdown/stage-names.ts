import type { Draft } from './draft.ts';

/** Finds the tasks of stages by what people call them: `Phase 1`, `Section 2`, `all setup tasks`. */
export type StageNames = {
  /** Null when no stage is called so. */
  readonly of: (noun: string, number: string, from: Draft) => readonly Draft[] | null;
  /** The tasks of the stage that `all … tasks` names. */
  readonly ofAll: (text: string, from: Draft) => readonly Draft[];
};

const NUMBERED = /\b(\p{L}{3,10})\s*#?(\d+(?:\.\d+)*)\b/gu;
/** What a stage is called that has a number and no word, as `## 1. Setup`. */
const UNNAMED = ['phase', 'stage', 'section', 'group', 'milestone'];

/** `stories` and `Phases` as one of them. */
export const singular = (word: string): string =>
  word
    .toLowerCase()
    .replace(/ies$/, 'y')
    .replace(/(?<=batch)es$/, '')
    .replace(/(?<!s)s$/, '');

const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

export function stageNames(drafts: readonly Draft[]): StageNames {
  const named = new Map<string, Draft>();
  const titled = new Map<string, Draft>();
  for (const stage of drafts) {
    if (stage.kind !== 'stage') continue;
    for (const [, word = '', number = ''] of stage.title.matchAll(NUMBERED)) {
      const name = `${singular(word)} ${number}`;
      if (!named.has(name)) named.set(name, stage);
    }
    const number = /^(\d+(?:\.\d+)*)[.):]?\s/.exec(stage.title)?.[1];
    for (const word of number === undefined ? [] : UNNAMED)
      if (!named.has(`${word} ${number}`)) named.set(`${word} ${number}`, stage);
    const words = stage.title.replace(/^\P{L}*(?:\p{L}+\s*)?[\d.]+\s*[:.)–—-]*/u, '');
    for (const title of [stage.title, words]) if (!titled.has(plainWords(title))) titled.set(plainWords(title), stage);
  }
  const inside = tasksInside(drafts);
  const place = new Map(drafts.map((draft, index) => [draft, index]));
  const tasksOf = (stage: Draft, from: Draft): readonly Draft[] => {
    const tasks = inside.get(stage) ?? [];
    // A task that waits for its own stage waits for what stands above it there.
    return isIn(from, stage) ? tasks.filter(task => (place.get(task) ?? 0) < (place.get(from) ?? 0)) : tasks;
  };
  return {
    of: (noun, number, from) => {
      const stage = named.get(`${noun} ${number}`);
      return stage === undefined ? null : tasksOf(stage, from);
    },
    ofAll: (text, from) => {
      const words = /\ball\s+(?:of\s+)?(?:the\s+)?([^.,;]{1,80}?)\s+tasks\b/iu.exec(text)?.[1];
      const stage = words === undefined ? undefined : titled.get(plainWords(words));
      return stage === undefined ? [] : tasksOf(stage, from);
    },
  };
}

function isIn(draft: Draft, stage: Draft): boolean {
  for (let at = draft.parent; at !== null; at = at.parent) if (at === stage) return true;
  return false;
}

/** The outermost tasks of each stage and of those in it. */
function tasksInside(drafts: readonly Draft[]): ReadonlyMap<Draft, readonly Draft[]> {
  const inside = new Map<Draft, Draft[]>();
  for (const task of drafts) {
    if (task.kind !== 'task' || task.parent?.kind !== 'stage') continue;
    for (let at: Draft | null = task.parent; at !== null; at = at.parent) {
      const tasks = inside.get(at);
      if (tasks === undefined) inside.set(at, [task]);
      else tasks.push(task);
    }
  }
  return inside;
}
