import type { RunEvent } from '../core/event.ts';
import type { OpenTurn, TaskState } from './task-state.ts';

/** What an event changes in the turn of a task. */
export function addTurnEvent(task: TaskState, event: RunEvent): TaskState {
  switch (event.type) {
    case 'brief.written':
      return { ...task, brief: event.text };
    case 'turn.started': {
      const { role, model, location, tree } = event;
      const fresh = {
        messages: [],
        calls: 0,
        pending: [],
        edit: null,
        end: null,
        tokens_in: 0,
        tokens_out: 0,
        usd: 0,
        compacted: [],
      };
      return { ...task, turn: { role, model, location, try: event.try, tree, ...fresh } };
    }
    case 'turn.ended': {
      if (task.turn === null) return task;
      const { messages: _m, pending: _p, edit: _e, calls: _c, end: _n, compacted: _k, ...rest } = task.turn;
      return { ...task, turn: null, ended: { ...rest, end: event.end } };
    }
    default:
      return task.turn === null ? task : { ...task, turn: talk(task.turn, event) };
  }
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
        ? turn
        : { ...turn, edit: { call_id: event.call_id, path: event.edit.path, after: event.edit.after } };
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
