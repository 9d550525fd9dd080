import { fitting, kindsOf, unitsOf } from '../core/extract.ts';
import { factsOf } from '../core/facts.ts';
import { type Attempt, UNJUDGED } from '../core/task.ts';
import { factsOfTry } from './lesson.ts';
import type { EndedTurn, TaskState } from './task-state.ts';

/** Tokens of the parts of a summary that no model wrote. */
const SUMMARY_TOKENS = 200;
const TRY_TOKENS = 60;
const MOST_NAMES = 12;
const MOST_LINES = 4;

const words = (name: string): string => name.replaceAll('_', ' ');
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
export const wasJudged = ({ outcome, evidence }: Attempt): boolean =>
  evidence !== '' && outcome !== 'passed' && !UNJUDGED.includes(outcome);

/** What was tried and failed, a line for each try, oldest first. */
export const failedTries = (task: TaskState): readonly string[] =>
  task.attempts.flatMap((attempt, place) =>
    wasJudged(attempt)
      ? [
          `turn ${place + 1}, ${attempt.role} on ${attempt.model}, failed (${words(attempt.outcome)}): ${oneLine(fitting(factsOfTry(attempt), TRY_TOKENS))}`,
        ]
      : [],
  );

/** What the roles themselves said: briefs, findings, the end of the turn. */
const saidSoFar = (task: TaskState, said: string): string =>
  [...task.handed_over.map(({ summary }) => summary), said].filter(text => text.trim() !== '').join('\n');

/** Lines of a text that are decisions or open questions and are not in another one. */
const linesOf = (text: string, kind: 'decision' | 'question', but: string): readonly string[] =>
  unitsOf(text)
    .filter(
      unit => kindsOf(unit.text).includes(kind) && !kindsOf(unit.text).includes('failure') && !but.includes(unit.text),
    )
    .slice(0, MOST_LINES)
    .map(unit => unit.text);

/** Everything that a summary of a task is made from. */
export const taskSource = (task: TaskState, said: string): string =>
  [
    `${task.task.key} – ${task.task.title}`,
    fitting(task.task.description, SUMMARY_TOKENS),
    ...task.handed_over.map(({ from, summary }) => `The ${from} said: ${summary}`),
    ...task.attempts.flatMap((attempt, place) =>
      wasJudged(attempt)
        ? [
            `Turn ${place + 1}, ${attempt.role} on ${attempt.model}, failed (${words(attempt.outcome)}): ${fitting(factsOfTry(attempt), SUMMARY_TOKENS)}`,
          ]
        : [],
    ),
    said,
  ]
    .filter(text => text.trim() !== '')
    .join('\n');

/** The body of a task's summary without a model: what was said at the end, decisions, what failed, what is open, what is named. */
export function extractedBody(task: TaskState, said: string): string {
  const end = fitting(said, SUMMARY_TOKENS);
  const all = saidSoFar(task, said);
  const decided = linesOf(all, 'decision', end);
  const open = linesOf(all, 'question', end);
  const tries = failedTries(task);
  const told = [end, ...decided, ...open, ...tries].join('\n');
  const { identifiers } = factsOf(all);
  const names = identifiers.filter(name => !told.includes(name)).slice(0, MOST_NAMES);
  return [
    end,
    ...decided.map(line => `Decided: ${line}`),
    ...tries.map(line => `Tried: ${line}`),
    ...open.map(line => `Open: ${line}`),
    ...(names.length === 0 ? [] : [`Names: ${names.join(', ')}`]),
  ]
    .filter(line => line !== '')
    .join('\n');
}

/** What one turn that led nowhere claimed, and what became of it. */
export function turnSummary(task: TaskState, turn: EndedTurn, because: string): string {
  const { key, title } = task.task;
  const files = task.work?.changed ?? [];
  return [
    `${key} – ${title}: turn ${task.attempts.length + 1}, ${turn.role} on ${turn.model}, failed (${words(because)}).`,
    ...(turn.end.kind === 'finished' ? [`It said: ${oneLine(fitting(turn.end.summary, TRY_TOKENS))}`] : []),
    ...(files.length === 0 ? [] : [`Files: ${files.join(', ')}.`]),
  ].join('\n');
}

/** What passes from one turn to the next when the role or the model changes. */
export type Handover = {
  /** `coder on small`. */
  readonly from: string;
  readonly to: string;
  /** What the one who goes said at the end; empty when nothing was said. */
  readonly said: string;
};

const GOAL_CHARS = 300;

/** What a task is about stands at its beginning. */
function beginning(text: string): string {
  const line = oneLine(text);
  return line.length <= GOAL_CHARS ? line : `${line.slice(0, GOAL_CHARS).replace(/\S*$/, '').trimEnd()} …`;
}

export function handoverText(task: TaskState, { from, to, said }: Handover, body: string | null): string {
  const { key, title, description, checks } = task.task;
  const last = task.attempts.findLast(wasJudged);
  const files = task.work?.changed ?? filesOf(task);
  const failing = last === undefined ? '' : oneLine(/^Failing: (.*)$/m.exec(last.evidence)?.[1] ?? '');
  return [
    `${key} – ${title}: handed from ${from} to ${to}.`,
    `Goal: ${beginning(description === '' ? title : description)}`,
    body ?? extractedBody(task, said),
    ...(files.length === 0 ? [] : [`Files: ${files.join(', ')}.`]),
    `Next: ${failing === '' ? `make its checks pass${checks.length === 0 ? '' : ` (${checks.join(', ')})`}` : `make pass: ${failing}`}`,
  ].join('\n');
}

/** Files that the refused change of the last try names. */
const filesOf = (task: TaskState): readonly string[] => {
  const diff = task.attempts.findLast(wasJudged)?.evidence.split('\n\nThe change of that turn:\n')[1] ?? '';
  return [...new Set([...diff.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(match => match[1] ?? ''))];
};
