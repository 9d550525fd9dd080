import type { EventOf, RunEvent } from '../core/event.ts';
import { type OpenTurn, SUMMARY_CALL, type TaskState } from './task-state.ts';

/** A turn in which nothing has happened yet. */
export const FRESH_TURN = {
  messages: [],
  calls: 0,
  pending: [],
  edit: null,
  end: null,
  tokens_in: 0,
  tokens_out: 0,
  usd: 0,
  compacted: [],
  tested: false,
  untested: false,
} as const;

/** What an event changes in the turn of a task. */
export function addTurnEvent(task: TaskState, event: RunEvent): TaskState {
  switch (event.type) {
    case 'brief.written':
      return { ...task, brief: event.text };
    case 'turn.started': {
      const { role, model, location, step, tree } = event;
      return {
        ...task,
        summary: null,
        summary_answers: [],
        carried_usd: 0,
        turn: { role, model, location, try: event.try, step, tree, ...FRESH_TURN, usd: task.carried_usd },
      };
    }
    case 'turn.ended': {
      if (task.turn === null) return task;
      const { messages: _m, pending: _p, edit: _e, calls: _c, end: _n, compacted: _k, ...rest } = task.turn;
      return { ...task, turn: null, ended: { ...rest, end: event.end } };
    }
    default:
      if (task.turn !== null) return { ...task, turn: talk(task.turn, event) };
      return outsideTurn(task, event);
  }
}

/** What a critic or a summary costs is on the bill of the turn that has ended, else of the next one. */
function outsideTurn(task: TaskState, event: RunEvent): TaskState {
  if (event.type !== 'model.replied' && event.type !== 'model.failed') return task;
  const isAnswer = event.type === 'model.replied' && event.call >= SUMMARY_CALL;
  const answered = isAnswer ? { ...task, summary_answers: [...task.summary_answers, event.text] } : task;
  return task.ended === null
    ? { ...answered, carried_usd: task.carried_usd + event.usd }
    : { ...answered, ended: { ...task.ended, usd: task.ended.usd + event.usd } };
}

/** A command that runs tests, as far as its words tell. */
const RUNS_TESTS = /\b(?:tests?|pytest|unittest|vitest|jest|mocha|ava|tap|tox|nox|spec|check|verify)\b/;

/** Edits make the last run of tests old; a run of tests makes it new. */
function tests(turn: OpenTurn, event: EventOf<'tool.started'>): Pick<OpenTurn, 'tested' | 'untested'> {
  if (event.edit !== undefined) return { tested: turn.tested, untested: true };
  const { input } = event;
  const command = typeof input === 'object' && input !== null && 'command' in input ? input.command : null;
  return event.name === 'run_command' && typeof command === 'string' && RUNS_TESTS.test(command)
    ? { tested: true, untested: false }
    : { tested: turn.tested, untested: turn.untested };
}

function talk(turn: OpenTurn, event: RunEvent): OpenTurn {
  switch (event.type) {
    case 'model.replied': {
      const { text, calls, opaque, tokens, usd } = event;
      const message = { role: 'assistant' as const, text, calls, ...(opaque !== undefined && { opaque }) };
      return {
        ...turn,
        messages: [...turn.messages, message],
        calls: event.call,
        pending: calls,
        tokens_in: turn.tokens_in + tokens.in,
        tokens_out: turn.tokens_out + tokens.out,
        usd: turn.usd + usd,
      };
    }
    case 'model.failed':
      return {
        ...turn,
        tokens_in: turn.tokens_in + event.tokens.in,
        tokens_out: turn.tokens_out + event.tokens.out,
        usd: turn.usd + event.usd,
      };
    case 'tool.started':
      return event.edit === undefined
        ? { ...turn, ...tests(turn, event) }
        : {
            ...turn,
            ...tests(turn, event),
            edit: { call_id: event.call_id, path: event.edit.path, after: event.edit.after },
          };
    case 'tool.ended': {
      const { call_id, name, text, is_error } = event;
      return {
        ...turn,
        messages: [...turn.messages, { role: 'tool', call_id, name, text, is_error }],
        pending: turn.pending.filter(call => call.id !== call_id),
        edit: null,
        end: event.end ?? null,
      };
    }
    case 'context.compacted':
      return { ...turn, compacted: [...turn.compacted, { upto: event.upto, messages: event.messages }] };
    case 'turn.told':
      return { ...turn, messages: [...turn.messages, { role: 'user', text: event.text }] };
    default:
      return turn;
  }
}
