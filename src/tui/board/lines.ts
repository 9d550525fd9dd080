import { costLine } from '../../core/run-table.ts';
import type { RunView } from '../../core/run-view.ts';
import { count, oneLine, waitSentence } from '../../core/sentence.ts';
import { cut, tail, textWidth } from '../text.ts';
import { type Line, moodTone, type Tone } from '../theme.tsx';
import { boardKeys } from './keys.ts';
import type { TypedLine } from './line-editor.ts';
import { type BoardState, hasFilter, problemLines, type Question } from './state.ts';
import type { Tree } from './tree.ts';

const line = (text: string, tone: Tone = 'plain'): Line => ({ text, tone });

/** `── title ─────`, over the whole width. */
export function ruleLine(title: string, width: number): Line {
  const start = `── ${cut(title, Math.max(0, width - 6))} `;
  return line(start + '─'.repeat(Math.max(0, width - textWidth(start))), 'dim');
}

/** `llmclis · demo · 1/5 done · 1 blocked · run r7 running`. */
export function projectLine(state: Pick<BoardState, 'project' | 'tree' | 'run' | 'view'>): Line {
  const { tasks, done, blocked } = state.tree?.counts ?? { tasks: 0, done: 0, blocked: 0 };
  const parts = [
    'llmclis',
    oneLine(state.project, 60),
    ...(tasks === 0 ? [] : [`${count(done)}/${count(tasks)} done`]),
    ...(blocked === 0 ? [] : [`${count(blocked)} blocked`]),
    ...(state.run === null ? [] : [`run ${state.run.id} ${runStatus(state)}`]),
  ];
  return line(parts.join(' · '), 'strong');
}

/** A run whose process tells nothing else is what its journal says. */
const runStatus = ({ run, view }: Pick<BoardState, 'run' | 'view'>): string =>
  run?.status === 'running' && view.status === 'paused' ? 'paused' : (run?.status ?? '');

/** Stages alone are a plan that waits for its first task. */
const hasNoTasks = (tree: Tree | null): boolean => tree !== null && tree.counts.tasks === 0;

/** What would run next, and why; or what everything waits for. */
export function nextLine({ next, tree }: Pick<BoardState, 'next' | 'tree'>): Line {
  if (next === null) return line('next: …', 'dim');
  if (hasNoTasks(tree)) return line('next: write a first task');
  switch (next.kind) {
    case 'ready':
      return line(`next: ▶ ${next.task.key} ${oneLine(next.task.title)} — ${oneLine(next.because)}`, 'active');
    case 'blocked': {
      const waits = next.waiting.slice(0, 20).map(waitSentence).join('; ');
      return line(`next: nothing is ready — ${waits === '' ? 'what is left is blocked' : waits}`, 'attention');
    }
    case 'waiting':
      return line(`next: nothing more until ${next.running.map(task => task.key).join(', ')} is done`);
    case 'all-done':
      return line('next: nothing, every task is done', 'good');
  }
}

/** Who is at work and what happens right now. */
function turnText({ turn, doing }: RunView): string {
  const who = turn === null ? '' : `${turn.task} try ${turn.try}, ${turn.role} on ${turn.model} (${turn.location})`;
  return [who, doing].filter(text => text !== '').join(' · ') || '–';
}

/** The run in exactly `height` lines: turn, command, check, what went up or was refused, cost; then the story's last lines. */
export function runLines(state: BoardState, width: number, height: number): readonly Line[] {
  const { run, view } = state;
  if (run === null || height === 0) return [];
  const { calls } = view.totals;
  const scripted = view.scripted ? ' · models are scripted' : '';
  const title = ruleLine(`run ${run.id} ${runStatus(state)}${scripted}`, width);
  const turn = line(`turn   ${turnText(view)}`, 'active');
  const notice = [view.last.escalation, view.last.refused].filter(text => text !== null).join(' · ');
  const cost = line(`cost   ${costLine(view)} · calls ${count(calls.local)} local, ${count(calls.cloud)} cloud`);
  if (height < 6) return [title, view.turn === null ? cost : turn].slice(0, height);
  const facts = [
    title,
    turn,
    line(`ran    ${view.last.command ?? '–'}`),
    line(`check  ${view.last.check ?? '–'}`),
    line(`notice ${notice === '' ? '–' : notice}`, notice === '' ? 'plain' : 'attention'),
    cost,
  ];
  const room = height - facts.length;
  const story = room === 0 ? [] : view.story.slice(-room).map(one => line(one.text, moodTone(one.mood)));
  return [...facts, ...story, ...Array.from({ length: room - story.length }, () => line(''))];
}

/** `12 of 340`; while a newer text is looked for, `12 of 340 …`. */
function shareOf({ filter, tree }: Pick<BoardState, 'filter' | 'tree'>): string {
  const pending = filter.problem === null && filter.matched !== filter.text && filter.text.trim() !== '' ? '…' : '';
  if (filter.matches === null || tree === null) return pending;
  return `${count(filter.matches.size)} of ${count(tree.counts.tasks)}${pending === '' ? '' : ' …'}`;
}

/** The end of what stands before the caret and the beginning of what follows, in `width` columns. */
function aroundCaret({ text, caret }: TypedLine, width: number): string {
  const [before, after] = [text.slice(0, caret), text.slice(caret)];
  const kept =
    textWidth(before) < width ? before : `…${tail(before, Math.max(1, width - 2 - Math.min(8, textWidth(after))))}`;
  return cut(`${kept}▏${after}`, width);
}

/** The filter, how many tasks pass it, and below it why it is none. */
export function filterLines(state: BoardState, width: number): readonly Line[] {
  const { filter } = state;
  if (!filter.editing && !hasFilter(state)) return [];
  const share = shareOf(state);
  const room = Math.max(4, width - textWidth(share) - 5);
  const typed = filter.editing ? aroundCaret(filter, room) : cut(oneLine(filter.text, 1_000), room);
  const problems = problemLines(state).map(text => line(text, 'bad'));
  return [line(`/ ${typed}${share === '' ? '' : ` · ${share}`}`, filter.editing ? 'active' : 'strong'), ...problems];
}

const FILTER_KEYS = 'enter keep  esc clear  ↑↓ move  ctrl+w word  ctrl+u line';
const ANSWERS: Readonly<Record<Question['kind'], string>> = {
  'yes-no': 'y yes  n no',
  priority: '0–4 set  esc keep',
  leave: 'y allow  n deny  esc later',
  text: 'enter answer  esc later  ctrl+w word  ctrl+u line',
};

/** The keys that mean something now: as many as fit, the most wanted first. */
export function keyLine({ question, filter }: Pick<BoardState, 'question' | 'filter'>, width: number): Line {
  if (question !== null) return line(ANSWERS[question.kind], 'dim');
  if (filter.editing) return line(FILTER_KEYS, 'dim');
  const fitting = (text: string, key: { readonly shown: string; readonly word: string | null }): string => {
    const longer = key.word === null ? text : `${text}${text === '' ? '' : '  '}${key.shown} ${key.word}`;
    return textWidth(longer) <= width ? longer : text;
  };
  return line(boardKeys.reduce(fitting, ''), 'dim');
}
