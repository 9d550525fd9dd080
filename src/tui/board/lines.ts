import { costLine } from '../../core/run-table.ts';
import type { RunView } from '../../core/run-view.ts';
import { count, money, oneLine, waitSentence } from '../../core/sentence.ts';
import type { Task, TaskStatus } from '../../core/task.ts';
import { cut, textWidth, wrap } from '../text.ts';
import { type Line, moodTone, statusTone, type Tone } from '../theme.tsx';
import { boardKeys } from './keys.ts';
import { type BoardState, selectedTask } from './state.ts';

const line = (text: string, tone: Tone = 'plain'): Line => ({ text, tone });

/** `── title ─────`, over the whole width. */
export function ruleLine(title: string, width: number): Line {
  const start = `── ${cut(title, Math.max(0, width - 6))} `;
  return line(start + '─'.repeat(Math.max(0, width - textWidth(start))), 'dim');
}

/** `llmclis · demo · 1/5 done · 1 blocked · run r7 running`. */
export function projectLine(state: BoardState): Line {
  const work = (state.tasks ?? []).filter(task => task.kind === 'task');
  const having = (status: TaskStatus): number => work.filter(task => task.status === status).length;
  const blocked = having('blocked');
  const parts = [
    'llmclis',
    oneLine(state.project, 60),
    ...(work.length === 0 ? [] : [`${count(having('done'))}/${count(work.length)} done`]),
    ...(blocked === 0 ? [] : [`${count(blocked)} blocked`]),
    ...(state.run === null ? [] : [`run ${state.run.id} ${runStatus(state)}`]),
  ];
  return line(parts.join(' · '), 'strong');
}

/** A run whose process tells nothing else is what its journal says. */
const runStatus = ({ run, view }: BoardState): string =>
  run?.status === 'running' && view.status === 'paused' ? 'paused' : (run?.status ?? '');

/** Stages alone are a plan that waits for its first task. */
export const hasTasks = (tasks: readonly Task[]): boolean => tasks.some(task => task.kind === 'task');

/** What would run next, and why; or what everything waits for. */
export function nextLine({ next, tasks }: Pick<BoardState, 'next' | 'tasks'>): Line {
  if (next === null) return line('next: …', 'dim');
  if (tasks !== null && !hasTasks(tasks)) return line('next: write a first task');
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

/** The lines that fit; the last one says how many do not. */
export const clipped = (lines: readonly Line[], height: number): readonly Line[] =>
  lines.length <= height
    ? lines
    : [...lines.slice(0, height - 1), line(`… ${lines.length - height + 1} more lines`, 'dim')];

/** The next step for a person, where a blocked task has one. */
function adviceFor(task: Task): string | null {
  if (task.status !== 'blocked') return null;
  if (task.reason === 'needs_input') return `answer it: llmclis task answer ${task.key} "…"`;
  if (task.reason === 'unproven') return `take it as it is: llmclis task accept ${task.key}`;
  return `open it again: llmclis task reopen ${task.key}`;
}

function factLine(task: Task): string {
  const facts = [
    task.kind === 'stage' ? 'stage' : task.status,
    task.kind === 'stage' ? task.status : `priority ${task.priority}`,
    ...(task.role === null ? [] : [task.role]),
    ...task.tags,
    ...(task.tries === 0 ? [] : [`${task.tries} ${task.tries === 1 ? 'try' : 'tries'}`]),
    ...(task.usd === 0 ? [] : [money(task.usd)]),
    ...(task.proof === null ? [] : [`proof ${task.proof}`]),
  ];
  return facts.join(' · ');
}

/** Everything about the selected task in at most `height` lines, what matters first. */
export function detailLines(state: BoardState, width: number, height: number): readonly Line[] {
  const task = selectedTask(state);
  if (task === null) return [];
  const part = (text: string, tone: Tone = 'plain'): readonly Line[] => wrap(text, width).map(one => line(one, tone));
  const optional = (text: string, tone: Tone = 'plain'): readonly Line[] => (text === '' ? [] : part(text, tone));
  const row = state.view.rows.find(one => one.key === task.key);
  const reason =
    task.status === 'blocked' ? `${(task.reason ?? '').replaceAll('_', ' ')}: ${task.reason_detail ?? ''}` : '';
  const { next } = state;
  const chosen = next?.kind === 'ready' && next.task.id === task.id ? `next, because: ${next.because}` : '';
  const failing = task.status === 'done' ? null : (row?.failing ?? null);
  const notes = state.notes?.task_id === task.id ? (state.notes.notes ?? []) : [];
  return clipped(
    [
      ruleLine(task.key, width),
      ...part(task.title, 'strong'),
      ...part(factLine(task), statusTone(task.status)),
      ...optional(chosen, 'active'),
      ...optional(reason, 'bad'),
      ...optional(adviceFor(task) ?? '', 'attention'),
      ...optional(task.depends_on.length === 0 ? '' : `depends on ${task.depends_on.join(', ')}`),
      ...task.checks.flatMap(check => part(`check  ${check}`)),
      ...(failing === null
        ? []
        : [
            ...part(`failed ${failing.text}`, 'bad'),
            ...wrap(failing.tail, width)
              .slice(-4)
              .map(one => line(one, 'dim')),
          ]),
      ...optional(task.description),
      ...notes.toReversed().flatMap(note => part(`note ${note.at.slice(0, 10)} ${note.agent}: ${note.text}`, 'dim')),
    ],
    height,
  );
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

/** As many keys as fit, the most wanted first. */
export function keyLine(width: number): Line {
  const fitting = (text: string, key: { readonly shown: string; readonly word: string | null }): string => {
    const longer = key.word === null ? text : `${text}${text === '' ? '' : '  '}${key.shown} ${key.word}`;
    return textWidth(longer) <= width ? longer : text;
  };
  return line(boardKeys.reduce(fitting, ''), 'dim');
}

export const helpLines = (): readonly Line[] => [
  line('Keys', 'strong'),
  ...boardKeys.map(key => line(`${key.shown.padEnd(7)}${key.help}`)),
];

/** What a project without tasks shows. */
export const emptyLines = (width: number): readonly Line[] => [
  line(''),
  line('No tasks yet.', 'strong'),
  ...wrap('Write some into plans.md, or add the first one here and now:', width).map(text => line(text)),
  line('  llmclis task add "My first task"', 'active'),
  ...wrap('Then r works on it. A plan you have already: llmclis plan import FILE', width).map(text => line(text)),
];
