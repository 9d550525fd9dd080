import { evidenceLines } from '../../core/evidence.ts';
import { count, money, oneLine } from '../../core/sentence.ts';
import type { Task } from '../../core/task.ts';
import type { HistoryEntry } from '../../km/km.ts';
import type { TaskFacts } from '../ports.ts';
import { wrap } from '../text.ts';
import { type Line, statusTone, type Tone } from '../theme.tsx';
import { type BoardState, selectedTask } from './state.ts';

/** Entries of the history that are shown, the newest first. */
const HISTORY_SHOWN = 8;

/** The next step for a person, where a blocked task has one. */
function adviceFor({ key, status, reason }: Task, asks: boolean): string {
  if (status !== 'blocked') return '';
  if (reason === 'needs_input') return `answer it: a, or llmclis task answer ${key} "…"`;
  if (asks) return `answer it: a, or llmclis task answer ${key} allow|deny`;
  if (reason === 'unproven') return `take it as it is: llmclis task accept ${key}`;
  return `open it again: o, or llmclis task reopen ${key}`;
}

function factsOf(task: Task): string {
  const { kind, status, priority, role, queue, complexity, tries, usd, proof, children } = task;
  const total = children.open + children.done;
  const facts = [
    ...(kind === 'stage' ? ['stage', status] : [status, `priority ${priority}`]),
    ...(total === 0 ? [] : [`${count(children.done)}/${count(total)} done`]),
    ...(role === null ? [] : [role]),
    ...(queue === 'standard' ? [] : [`queue ${queue}`]),
    ...(complexity === null ? [] : [`complexity ${complexity}`]),
    ...task.tags,
    ...(task.private ? ['private'] : []),
    ...(tries === 0 ? [] : [`${tries} ${tries === 1 ? 'try' : 'tries'}`]),
    ...(usd === 0 ? [] : [money(usd)]),
    ...(proof === null ? [] : [`proof ${proof}`]),
  ];
  return facts.join(' · ');
}

const minute = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** Who works on it and who should, until when. */
function peopleOf({ claim, assignee, due }: Task): string {
  const parts = [
    ...(claim === null ? [] : [`claimed by ${claim.holder} until ${minute(claim.expires_at)}`]),
    ...(assignee === null ? [] : [`assigned to ${assignee}`]),
    ...(due === null ? [] : [`due ${due.length > 10 ? minute(due) : due}`]),
  ];
  return parts.join(' · ');
}

const word = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('_', ' ') : '');

const fieldsOf = (changes: unknown): string =>
  typeof changes === 'object' && changes !== null ? Object.keys(changes).join(', ').replaceAll('_', ' ') : '';

/** An entry of the history without its time: `person pending → done (accepted-by-person)`. */
function historyText({ agent, kind, data }: HistoryEntry): string {
  const { from, to, reason, proof, added, removed } = data;
  const why = word(reason) || (typeof proof === 'string' ? proof : '');
  const what = ((): string => {
    if (kind === 'edited') return `edited ${fieldsOf(data)}`;
    const moved = typeof from === 'string' && typeof to === 'string' ? `${from} → ${to}` : '';
    if (kind === 'undone') return ['took back:', moved, fieldsOf(data.changes)].filter(text => text !== '').join(' ');
    if (moved !== '') return `${kind === 'status' ? '' : `${kind}: `}${moved}${why === '' ? '' : ` (${why})`}`;
    if (typeof added === 'string') return `${kind} ${added}`;
    if (typeof removed === 'string') return `${kind} no more: ${removed}`;
    return kind;
  })();
  return `${agent} ${what}`;
}

type Make = (text: string, tone?: Tone) => readonly Line[];

function waitingLines({ depends_on }: Task, facts: TaskFacts | null, part: Make): readonly Line[] {
  if (facts === null) return depends_on.length === 0 ? [] : part(`depends on ${depends_on.join(', ')}`);
  return facts.waits_for.flatMap(({ key, status, title }) => {
    const closed = status === 'done' || status === 'cancelled';
    return part(
      `${closed ? 'depends on' : 'waits for '} ${key} ${status} · ${oneLine(title, 80)}`,
      closed ? 'dim' : 'attention',
    );
  });
}

/** The check that fails, with the end of its output. */
function failingLines(state: BoardState, task: Task, width: number, part: Make): readonly Line[] {
  const failing = state.view.rows.find(one => one.key === task.key)?.failing ?? null;
  if (failing === null || task.status === 'done') return [];
  const tail = wrap(failing.tail, width).slice(-4);
  return [...part(`failed ${failing.text}`, 'bad'), ...tail.map((text): Line => ({ text, tone: 'dim' }))];
}

function recordLines({ notes, history }: TaskFacts, part: Make): readonly Line[] {
  return [
    ...notes.toReversed().flatMap(note => part(`note ${note.at.slice(0, 10)} ${note.agent}: ${note.text}`, 'dim')),
    ...history
      .slice(-HISTORY_SHOWN)
      .toReversed()
      .flatMap(entry => part(`${minute(entry.at)} ${historyText(entry)}`, 'dim')),
    ...(history.length > HISTORY_SHOWN ? part(`… ${count(history.length - HISTORY_SHOWN)} entries before`, 'dim') : []),
  ];
}

/** Everything about the selected task, what matters first. */
export function detailLines(state: BoardState, width: number): readonly Line[] {
  const task = selectedTask(state);
  if (task === null) return [];
  const part: Make = (text, tone = 'plain') => wrap(text, width).map((one): Line => ({ text: one, tone }));
  const optional: Make = (text, tone) => (text === '' ? [] : part(text, tone));
  const named = (name: string, keys: readonly string[]): readonly Line[] =>
    optional(keys.length === 0 ? '' : `${name} ${keys.join(', ')}`);
  const { next } = state;
  const chosen = next?.kind === 'ready' && next.task.id === task.id ? `next, because: ${next.because}` : '';
  const reason = task.status === 'blocked' ? `${word(task.reason)}: ${task.reason_detail ?? ''}` : '';
  const facts = state.facts?.task_id === task.id ? state.facts.facts : null;
  return [
    ...part(task.title, 'strong'),
    ...part(factsOf(task), statusTone(task.status)),
    ...optional(chosen, 'active'),
    ...optional(reason, 'bad'),
    ...optional(adviceFor(task, facts?.asks === true), 'attention'),
    ...optional(peopleOf(task), task.claim === null ? 'plain' : 'active'),
    ...optional(task.vanished ? 'It stands in no plan file any more; the database keeps it.' : '', 'attention'),
    ...waitingLines(task, facts, part),
    ...task.checks.flatMap(check => part(`check  ${check}`)),
    ...failingLines(state, task, width, part),
    ...optional(task.acceptance === '' ? '' : `accepted when ${task.acceptance}`),
    ...task.checklist.flatMap(item => part(`${item.done ? '[x]' : '[ ]'} ${item.text}`, item.done ? 'dim' : 'plain')),
    ...optional(task.description),
    ...named('links', task.links),
    ...named('related', task.related),
    ...named('discovered from', task.discovered_from),
    ...optional(task.branch === null ? '' : `its work is kept on ${task.branch}`),
    ...(facts?.evidence == null ? [] : evidenceLines(facts.evidence).flatMap(({ text, tone }) => part(text, tone))),
    ...(facts === null ? [] : recordLines(facts, part)),
  ];
}

/** The lines that fit from `top` on; where there are more below, the last one says how many. */
export function windowOf(lines: readonly Line[], top: number, height: number): readonly Line[] {
  const left = lines.length - top;
  if (left <= height) return lines.slice(top);
  const shown = lines.slice(top, top + Math.max(0, height - 1));
  return [...shown, { text: `… ${count(left - shown.length)} more lines`, tone: 'dim' }];
}
