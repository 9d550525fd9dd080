import { extract } from '../../core/extract.ts';

/** The live summaries of a project's tasks, oldest first, and which of them its own summary stands for. */
export type ProjectParts = {
  readonly tasks: readonly { readonly id: number; readonly task_key: string; readonly text: string }[];
  /** Without those that a later one has superseded. Null: the project has no summary yet. */
  readonly summed: readonly number[] | null;
};

/** The project's summary has this slot, so that a new one supersedes the last. */
export const PROJECT_SLOT = 'project.summary';

/** A first summary needs this many parts. */
const FIRST = 2;
/** It is made again when this many of its parts, or this share of them, are new. */
const NEW = 3;
const NEW_SHARE = 0.2;
const LINE_CHARS = 160;
const LIST_TOKENS = 300;
const CHARS_PER_TOKEN = 4;

/** Parts that the summary does not stand for yet. */
const fresh = ({ tasks, summed }: ProjectParts): number =>
  tasks.filter(({ id }) => !(summed ?? []).includes(id)).length;

/** Does it tell what was since marked wrong, forgotten or made private? */
const tellsTooMuch = ({ tasks, summed }: ProjectParts): boolean =>
  (summed ?? []).some(part => !tasks.some(({ id }) => id === part));

/**
 * Is it time for a new summary? Not for every task: only when a good part has changed, when the work has come to its end, or when
 * something in it may no longer be told.
 */
export function isDue(parts: ProjectParts, openTasks: number): boolean {
  const count = fresh(parts);
  if (parts.tasks.length > 0 && tellsTooMuch(parts)) return true;
  if (count === 0 || parts.tasks.length < FIRST) return false;
  if (parts.summed === null || openTasks === 0) return true;
  return count >= Math.max(NEW, parts.tasks.length * NEW_SHARE);
}

/** What a summary of the project is made from. */
export const projectSource = ({ tasks }: ProjectParts): string => tasks.map(({ text }) => text).join('\n');

/** Without a model: of all tasks what was decided, what failed and what is open, each line with its task. */
export const projectBody = ({ tasks }: ProjectParts, maxTokens: number): string =>
  extract(
    tasks
      .flatMap(({ task_key, text }) =>
        text
          .split('\n')
          .slice(1)
          .map(line => `${task_key}: ${line}`),
      )
      .join('\n'),
    maxTokens,
  );

/** The first lines of the newest tasks, and of all of them what was decided, what failed and what is open. */
export function projectText(name: string, parts: ProjectParts, body: string | null, maxTokens: number): string {
  let left = LIST_TOKENS * CHARS_PER_TOKEN;
  const lines = parts.tasks
    .map(({ text }) => `- ${(text.split('\n')[0] ?? '').slice(0, LINE_CHARS)}`)
    .toReversed()
    .filter(line => {
      left -= line.length + 1;
      return left >= 0;
    })
    .toReversed();
  const more = parts.tasks.length - lines.length;
  return [
    `Project ${name}: ${parts.tasks.length} tasks so far.`,
    ...(more > 0 ? [`- ${more} older ones`] : []),
    ...lines,
    body ?? projectBody(parts, maxTokens),
  ]
    .join('\n')
    .trimEnd();
}
