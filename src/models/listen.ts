import type { Clock } from '../core/clock.ts';
import type { Timeouts } from './types.ts';

export type Late = { readonly phase: 'first_token' | 'idle' | 'total'; readonly seconds: number };
/** What came from a server: a chunk, an error its library threw, or nothing in time. The last two end the stream. */
export type Heard<T> =
  | { readonly kind: 'chunk'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late'; readonly late: Late };

type Step<T> = { readonly kind: 'done' } | Heard<T>;

/**
 * Reads a stream under our own timers. Rejects only with the reason of `signal`; the signal given to `open` aborts when
 * the reader stops for whatever reason, so that the server stops working too.
 */
export async function* listen<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  timeouts: Timeouts,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<Heard<T>, void> {
  signal?.throwIfAborted();
  const own = new AbortController();
  const both = signal === undefined ? own.signal : AbortSignal.any([own.signal, signal]);
  const aborted = new Promise<Step<T>>(resolve => {
    both.addEventListener('abort', () => resolve({ kind: 'done' }), { once: true });
  });
  const deadline = clock.now().getTime() + timeouts.total_s * 1000;
  let late: Late = { phase: 'first_token', seconds: timeouts.first_token_s };
  let iterator: AsyncIterator<T> | null = null;
  const next = async (): Promise<Step<T>> => {
    try {
      iterator ??= (await open(both))[Symbol.asyncIterator]();
      const { done, value } = await iterator.next();
      return done === true ? { kind: 'done' } : { kind: 'chunk', value };
    } catch (error) {
      return { kind: 'failed', error };
    }
  };
  try {
    for (;;) {
      const step = await within(Promise.race([next(), aborted]), sooner(late, deadline, timeouts, clock), clock);
      signal?.throwIfAborted();
      if (step.kind === 'done') return;
      yield step;
      if (step.kind !== 'chunk') return;
      late = { phase: 'idle', seconds: timeouts.idle_s };
    }
  } finally {
    own.abort();
  }
}

/** One answer under the same timers as a stream. */
export async function hear<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeouts: Timeouts,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Heard<T>> {
  const once = async function* (inner: AbortSignal) {
    yield await work(inner);
  };
  for await (const heard of listen(async inner => once(inner), timeouts, clock, signal)) return heard;
  return { kind: 'failed', error: new Error('The answer was empty.') };
}

type Limit = { readonly late: Late; readonly ms: number };

function sooner(late: Late, deadline: number, { total_s }: Timeouts, clock: Clock): Limit {
  const left = deadline - clock.now().getTime();
  if (left < late.seconds * 1000) return { late: { phase: 'total', seconds: total_s }, ms: Math.max(0, left) };
  return { late, ms: late.seconds * 1000 };
}

async function within<T>(work: Promise<Step<T>>, { late, ms }: Limit, clock: Clock): Promise<Step<T>> {
  // A stream that always has a next part would win every race.
  if (ms <= 0) return { kind: 'late', late };
  const timer = new AbortController();
  const timeout = clock.sleep(ms, timer.signal).then((): Step<T> => ({ kind: 'late', late }));
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer.abort();
  }
}
