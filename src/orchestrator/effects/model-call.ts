import { type Compaction, compact, leaveOut, MOST_WITHOUT_PROGRESS, withoutProgress } from '../../agents/compaction.ts';
import { mostTokens } from '../../agents/prompt.ts';
import type { Role } from '../../agents/roles.ts';
import { TOOLS } from '../../agents/tools.ts';
import type { NewEvent } from '../../core/event.ts';
import { type Failure, fail, ok, type Result } from '../../core/failure.ts';
import type { LanguageModel, Message, ModelReply, ModelRequest, ToolSpec, Usage } from '../../core/model.ts';
import type { Ports } from '../ports.ts';
import type { OpenTurn } from '../task-state.ts';

export type ModelCall = {
  readonly key: string;
  readonly turn: OpenTurn;
  readonly role: Role;
  readonly history: readonly Message[];
  /** 1 for the first call of the turn. */
  readonly call: number;
  /** US dollars spent so far; the call adds to it. */
  readonly spent: { task: number; run: number };
  /** Instead of the role's tools. */
  readonly tools?: readonly ToolSpec[];
  /** Most tokens of the reply, where it is less than the model could write. */
  readonly max_output?: number;
  /** What was left out of the history so far; the call adds to it. */
  readonly compacted: Compaction[];
};

/** The only way to a model and the only retry loop: asks for leave to spend, journals the call, waits where waiting helps. */
export async function* askModel(
  call: ModelCall,
  ports: Ports,
  signal: AbortSignal,
): AsyncGenerator<NewEvent, Result<ModelReply>> {
  const { turn, key, spent } = call;
  const { models } = ports;
  const model = await models.open(turn.model);
  if (!model.ok) return model;
  const limits = models.limits(turn.model);
  const fitted = compactFor(call, limits.window);
  if (!fitted.ok) return fitted;
  if (fitted.value !== null) yield fitted.value;
  const messages = leaveOut(call.history, call.compacted.at(-1)?.upto ?? 0);
  const tools = call.tools ?? TOOLS.filter(({ spec }) => call.role.tools.includes(spec.name)).map(({ spec }) => spec);
  const max_output = Math.min(call.max_output ?? limits.max_output, limits.max_output);
  const worst = models.worstUsd(turn.model, mostTokens(messages, tools), max_output);
  const rung = { task: key, model: turn.model, location: turn.location, try: turn.try, call: call.call };
  const request: ModelRequest = {
    messages,
    tools,
    max_output_tokens: max_output,
    about: { task: key, role: turn.role, try: turn.try, call: call.call },
  };
  for (let attempt = 1; ; attempt++) {
    const admitted = await admission(call, worst, ports, signal);
    if (!admitted.ok) return admitted;
    yield { type: 'model.called', ...rung, reserved_usd: worst };
    const reply = await drain(model.value, request, ports, signal);
    if (reply.ok) {
      const { message, usage, ms } = reply.value;
      const usd = models.usd(turn.model, usage);
      spent.task += usd;
      spent.run += usd;
      const opaque = message.opaque === undefined ? {} : { opaque: message.opaque };
      yield {
        type: 'model.replied',
        ...rung,
        role: turn.role,
        tokens: usage,
        usd,
        ms,
        text: message.text,
        calls: message.calls,
        ...opaque,
      };
      return reply;
    }
    const wait_s = models.retryAfter(reply.error, attempt, turn.location);
    const tokens = tokensOf(reply.error);
    const usd = models.usd(turn.model, tokens);
    spent.task += usd;
    spent.run += usd;
    yield {
      type: 'model.failed',
      task: key,
      model: turn.model,
      location: turn.location,
      failure: reply.error,
      wait_s,
      attempt,
      tokens,
      usd,
    };
    if (wait_s === null) return reply;
    await ports.clock.sleep(wait_s * 1000, signal);
    signal.throwIfAborted();
  }
}

/** Leaves old results out where the conversation outgrows the model; a third time without a changed file in between is a circle. */
function compactFor({ key, history, compacted }: ModelCall, window: number): Result<NewEvent | null> {
  const next = compact(history, compacted, window);
  if (next === null) return ok(null);
  if (withoutProgress(history, compacted) >= MOST_WITHOUT_PROGRESS)
    return fail(
      'model.context_exceeded',
      `Old results were left out ${MOST_WITHOUT_PROGRESS} times and no file was changed: the work does not fit into ${window} tokens.`,
      'Split the task, or give its role a model with a larger context.',
    );
  compacted.push({ upto: next.upto, messages: next.messages });
  return ok({ type: 'context.compacted', task: key, ...next });
}

/** Milliseconds between two looks at what the open calls of other workers have left of the budget. */
const LOOK_MS = 200;

/** Leave to spend; waits while only what other workers' calls may cost stands against it. */
async function admission(
  { spent }: ModelCall,
  worst: number,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<void>> {
  for (;;) {
    const admitted = ports.models.admit(spent, worst);
    if (admitted.ok || admitted.error.details?.waits !== true) return admitted;
    await ports.clock.sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

/** What a reply that could not be used has cost all the same, where the server said so. */
function tokensOf({ details }: Failure): Usage {
  const count = (name: string): number => (typeof details?.[name] === 'number' ? details[name] : 0);
  return { in: count('tokens_in'), out: count('tokens_out'), cached: count('tokens_cached') };
}

async function drain(
  model: LanguageModel,
  request: ModelRequest,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<ModelReply>> {
  const parts = model.reply(request, signal);
  for (let step = await parts.next(); ; step = await parts.next()) {
    if (step.done) return step.value;
    ports.onPart(step.value);
  }
}
