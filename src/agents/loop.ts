import type { NewEvent, TurnEnd } from '../core/event.ts';
import type { Result } from '../core/failure.ts';
import type { Message, ModelReply, ToolCall } from '../core/model.ts';
import { answering, complained, type StartedCall, type ToolOutput } from '../core/tool.ts';
import type { ToolContext } from './context.ts';
import { circling, idleReplies } from './repetition.ts';
import type { Role } from './roles.ts';
import { TOOLS } from './tools.ts';

/** One turn as the journal knows it: fresh, or taken up again in its middle. */
export type Conversation = {
  readonly messages: readonly Message[];
  /** Model calls made so far. */
  readonly calls: number;
  /** Calls of the last reply that have no result yet. */
  readonly pending: readonly ToolCall[];
  /** Id of a pending call whose edit was begun before a crash and is found done in the file. */
  readonly found_done: string | null;
  /** How the turn ended, when a tool of it said so and the receipt of the turn is missing. */
  readonly end: TurnEnd | null;
};
export type TurnDeps = {
  readonly task: string;
  readonly context: ToolContext;
  /** Asks the model; journals the call and its reply by what it yields. `call` counts from 1. */
  ask(messages: readonly Message[], call: number): AsyncGenerator<NewEvent, Result<ModelReply>>;
};

const NOT_FINISHED =
  'That was text without a tool call, so nothing happened. Go on with a tool, or end the turn with finish or ask.';
const NOT_KEPT =
  'This call was not made: the run was interrupted, and what looked like a secret in it was not kept. Send it again.';
/** After a restart: a call out of which something was redacted is not the call that the model made. */
const keptWhole = ({ input }: ToolCall): boolean => !JSON.stringify(input ?? null).includes('[redacted:');
/** Text-only replies in a row that end a turn. */
const MAX_IDLE = 3;

/** Runs one role's turn: yields each event before the next effect and returns how it ended. */
export async function* runTurn(
  role: Role,
  start: Conversation,
  deps: TurnDeps,
  signal?: AbortSignal,
): AsyncGenerator<NewEvent, TurnEnd> {
  if (start.end !== null) return start.end;
  const messages = [...start.messages];
  let pending = start.pending;
  for (let calls = start.calls; ; ) {
    for (const call of pending) {
      const found = { done: call.id === start.found_done, isKeptWhole: pending !== start.pending || keptWhole(call) };
      const end = yield* runCall(role, call, found, messages, deps, signal);
      if (end !== null) return end;
    }
    const stuck = judge(messages);
    if (typeof stuck === 'string') yield tell(deps, messages, stuck);
    else if (stuck !== null) return stuck;
    if (calls >= role.max_calls) {
      const detail = `The turn used its ${role.max_calls} model calls without finishing.`;
      return { kind: 'gave_up', because: 'no_progress', detail };
    }
    const reply = yield* deps.ask(messages, ++calls);
    if (!reply.ok) return { kind: 'failed', failure: reply.error };
    messages.push(reply.value.message);
    pending = reply.value.message.calls;
  }
}

/** From the conversation alone, so that a resumed turn judges alike: an end, a word to the model, or nothing. */
function judge(messages: readonly Message[]): TurnEnd | string | null {
  const idle = idleReplies(messages);
  if (idle >= MAX_IDLE)
    return { kind: 'gave_up', because: 'malformed_output', detail: `${MAX_IDLE} replies in a row called no tool.` };
  if (idle > 0 && messages.at(-1)?.role === 'assistant') return NOT_FINISHED;
  const stuck = circling(messages);
  if (stuck?.kind === 'end') return { kind: 'gave_up', because: 'loop', detail: stuck.says };
  return stuck !== null && messages.at(-1)?.role === 'tool' && !wasTold(messages, stuck.says) ? stuck.says : null;
}

const wasTold = (messages: readonly Message[], text: string): boolean =>
  messages.some(message => message.role === 'user' && message.text === text);

function tell(deps: TurnDeps, messages: Message[], text: string): NewEvent {
  messages.push({ role: 'user', text });
  return { type: 'turn.told', task: deps.task, text };
}

async function* runCall(
  role: Role,
  call: ToolCall,
  { done, isKeptWhole }: { readonly done: boolean; readonly isKeptWhole: boolean },
  messages: Message[],
  deps: TurnDeps,
  signal?: AbortSignal,
): AsyncGenerator<NewEvent, TurnEnd | null> {
  const { task } = deps;
  let output: ToolOutput = { text: 'Done.', is_error: false };
  if (!done) {
    const started = isKeptWhole ? await startCall(role, call, deps.context) : answering(complained(NOT_KEPT));
    yield {
      type: 'tool.started',
      task,
      call_id: call.id,
      name: call.name,
      input: call.input,
      ...(started.edit && { edit: started.edit }),
    };
    output = await started.run(signal);
    signal?.throwIfAborted();
  }
  const { is_error, end } = output;
  const text = deps.context.redact(output.text);
  messages.push({ role: 'tool', call_id: call.id, name: call.name, text, is_error });
  yield {
    type: 'tool.ended',
    task,
    call_id: call.id,
    name: call.name,
    text,
    is_error,
    ...(end !== undefined && { end }),
  };
  return end ?? null;
}

async function startCall(role: Role, call: ToolCall, context: ToolContext): Promise<StartedCall> {
  const tool = role.tools.includes(call.name) ? TOOLS.find(({ spec }) => spec.name === call.name) : undefined;
  if (tool !== undefined) return tool.start(call.input, context);
  return answering(complained(`There is no tool ${call.name}. You have: ${role.tools.join(', ')}.`));
}
