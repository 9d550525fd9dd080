import type { Clock } from '../core/clock.ts';
import { err, type Failure, failure, ok, type Result } from '../core/failure.ts';
import type { Message, ModelPart, ModelReply, StopReason, ToolCall, Usage } from '../core/model.ts';
import { usageDetails } from './estimate.ts';
import { factsOf } from './facts.ts';
import { explain, tooLate, type Where } from './failures.ts';
import { listen } from './listen.ts';
import { repetitionWatch } from './repetition.ts';
import type { Timeouts } from './types.ts';

/** How a reply ended, before it is judged. */
export type Ended = {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly opaque?: unknown;
  readonly usage: Usage;
  /** The server stopped at the limit of output tokens. */
  readonly cut: boolean;
  /** A call was begun, whole or not: none of it may be used when the reply was cut. */
  readonly begun: boolean;
};

/** Puts a reply together from a server's chunks. */
export type Collector<Chunk> = {
  take(chunk: Chunk): readonly ModelPart[];
  /** The stream ended as the library expects. */
  end(): Result<Ended>;
  /** The library threw: a reply that can be saved, or null when the error says it all. */
  rescue?(error: unknown): Result<Ended> | null;
};

export type Exchange<Chunk> = {
  readonly where: Where;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly collector: Collector<Chunk>;
  /** Sends the request, once. */
  open(signal: AbortSignal): Promise<AsyncIterable<Chunk>>;
};

/** One request and its reply, under timers, judged: what every client has in common. */
export async function* converse<Chunk>(
  exchange: Exchange<Chunk>,
  signal?: AbortSignal,
): AsyncGenerator<ModelPart, Result<ModelReply>> {
  const { where, timeouts, clock, collector } = exchange;
  const began = clock.now().getTime();
  const finish = (ended: Result<Ended>): Result<ModelReply> =>
    ended.ok ? judge(ended.value, where, clock.now().getTime() - began) : ended;
  const watches = { text: repetitionWatch(), thinking: repetitionWatch() };
  for await (const heard of listen(inner => exchange.open(inner), timeouts, clock, signal)) {
    if (heard.kind === 'late') return err(tooLate(heard.late, where));
    if (heard.kind === 'failed') {
      return finish(collector.rescue?.(heard.error) ?? err(explain(factsOf(heard.error, clock.now()), where)));
    }
    for (const part of collector.take(heard.value)) {
      yield part;
      if (part.type !== 'retry' && watches[part.type](part.text)) return err(repeating(where));
    }
  }
  return finish(collector.end());
}

export const repeating = ({ model }: Where): Failure =>
  failure(
    'model.repetition',
    `${model} repeated itself without end, so its reply was stopped.`,
    'Ask again at a higher temperature, or ask another model.',
  );

export const broken = ({ model }: Where, because: string, usage: Usage): Failure =>
  failure(
    'model.malformed',
    `${model} wrote a tool call that cannot be read: ${because}`,
    'Ask again for one short call.',
    usageDetails(usage),
  );

export const interrupted = ({ model }: Where, because: string): Failure =>
  failure(
    'provider.interrupted',
    `The reply of ${model} broke off: ${because}`,
    'Try again; nothing of the cut reply was used.',
  );

function judge(ended: Ended, { model }: Where, ms: number): Result<ModelReply> {
  const { text, calls, usage, cut, begun, opaque } = ended;
  if (cut && (begun || text === '')) {
    const what = begun ? 'in the middle of a tool call' : 'before it said anything';
    return err(
      failure(
        'model.truncated',
        `${model} reached its limit of ${usage.out} output tokens ${what}, so the reply was not used.`,
        'Ask for a smaller step, or allow more output tokens.',
        usageDetails(usage),
      ),
    );
  }
  if (text === '' && calls.length === 0) {
    return err(
      failure(
        'model.empty',
        `${model} answered with nothing that can be used (${usage.out} tokens were billed).`,
        'Ask again; a second empty answer is a reason to ask another model.',
        usageDetails(usage),
      ),
    );
  }
  const stop: StopReason = cut ? 'length' : calls.length > 0 ? 'tool_use' : 'end';
  const message: Extract<Message, { role: 'assistant' }> = {
    role: 'assistant',
    text,
    calls,
    ...(opaque !== undefined && { opaque }),
  };
  return ok({ message, usage, stop, ms });
}
