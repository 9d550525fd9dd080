import type { Clock } from '../core/clock.ts';
import { type Failure, failure, Refused } from '../core/failure.ts';
import type { Sqlite } from '../km/sqlite.ts';
import { advance, type Consumer, generationOf, lag, passBy, pendingChanges, prune, register } from './changes.ts';
import { type ConsumerStates, consumerStates } from './consumer-states.ts';

/** Less time than this is not worth a call to something outside; what does not answer in as much as the second rests. */
const LEAST_MS = 200;
const AMPLE_MS = 800;
/** Changes that the log may hold before what everybody followed is taken out. */
const PRUNE_EVERY = 1_000;

const TOO_SLOW = failure(
  'provider.timeout',
  'It did not answer in the time there was.',
  'Give it all the time it needs: llmclis memory reindex',
);

/** How far a derived index is behind the record. */
export type Lag = {
  readonly name: string;
  readonly waiting: number;
  /** What the last try said, when it failed; empty when all is well. */
  readonly trouble: string;
  /** Before this time (ISO) nobody tries again; null when nothing is wrong. */
  readonly retry_at: string | null;
};
export type UpkeepProgress = { readonly name: string; readonly done: number; readonly waiting: number };
export type UpkeepReport = {
  readonly done: number;
  readonly waiting: number;
  /** New trouble of this call, by consumer. */
  readonly troubles: readonly { readonly name: string; readonly failure: Failure }[];
  /** Consumers that another process works on. */
  readonly busy: readonly string[];
};
export type UpkeepWish = {
  readonly signal: AbortSignal;
  /** Time to spend; a batch that was begun is finished, unless it waits for something outside. */
  readonly milliseconds?: number;
  readonly onProgress?: (progress: UpkeepProgress) => void;
  /** Only these consumers. */
  readonly only?: readonly string[];
  /** Tries also what is resting after trouble. */
  readonly now?: boolean;
};

/** Brings derived indexes up to the record, each at its own pace. Nothing is ever written while somebody searches. */
export type Upkeep = {
  run(wish: UpkeepWish): Promise<UpkeepReport>;
  lag(): readonly Lag[];
};

/** One process at a time works on a consumer; the others leave it alone. */
export function createUpkeep(sqlite: Sqlite, clock: Clock, consumers: readonly Consumer[]): Upkeep {
  const states = consumerStates(sqlite, clock);
  const time = (): number => clock.now().getTime();
  const lags = (): readonly Lag[] =>
    consumers.map(({ name }) => {
      const { trouble, retry_at } = states.of(name);
      return {
        ...{ name, trouble },
        waiting: lag(sqlite, name),
        retry_at: retry_at === 0 ? null : new Date(retry_at).toISOString(),
      };
    });
  return {
    lag: lags,
    async run(wish) {
      const end = wish.milliseconds === undefined ? Number.POSITIVE_INFINITY : time() + wish.milliseconds;
      const wanted = consumers.filter(({ name }) => wish.only?.includes(name) ?? true);
      const troubles: { name: string; failure: Failure }[] = [];
      const busy: string[] = [];
      let done = 0;
      for (const [place, consumer] of wanted.entries()) {
        const { name } = consumer;
        register(sqlite, name, consumer.follows);
        if (wish.signal.aborted || time() >= end) continue;
        if (wish.now !== true && states.of(name).retry_at > time()) continue;
        if (!states.take(name)) {
          busy.push(name);
          continue;
        }
        // Nobody takes the time of those that come after it.
        const share = time() + (end - time()) / (wanted.length - place);
        const followed = await follow({ sqlite, states, time }, consumer, wish, share).finally(() =>
          states.release(name),
        );
        done += followed.done;
        if (followed.failure !== undefined) troubles.push({ name, failure: followed.failure });
      }
      shorten(
        sqlite,
        consumers.map(({ name }) => name),
      );
      return { done, waiting: lags().reduce((sum, { waiting }) => sum + waiting, 0), troubles, busy };
    },
  };
}

function shorten(sqlite: Sqlite, active: readonly string[]): void {
  const kept = sqlite.prepare<[], number>('SELECT count(*) FROM memory_changes').pluck().get() ?? 0;
  if (kept > PRUNE_EVERY) prune(sqlite, active);
}

type Bench = { readonly sqlite: Sqlite; readonly states: ConsumerStates; readonly time: () => number };
type Followed = { readonly done: number; readonly failure?: Failure };

/** Works on one consumer until nothing is left, the time is over or trouble comes. */
async function follow(bench: Bench, consumer: Consumer, wish: UpkeepWish, end: number): Promise<Followed> {
  const { states, time } = bench;
  const { name } = consumer;
  const given = end - time();
  if (consumer.begin !== undefined && given < LEAST_MS) return { done: 0 };
  const left = end === Number.POSITIVE_INFINITY ? [] : [AbortSignal.timeout(Math.max(1, Math.ceil(given)))];
  const signal = AbortSignal.any([wish.signal, ...left]);
  let done = 0;
  try {
    await consumer.begin?.(signal);
    for (let more = true; more; ) {
      const followed = await followBatch(bench, consumer, signal);
      states.noteHealth(name);
      done += followed.done;
      more = followed.more && !signal.aborted && time() < end && states.keep(name);
      if (followed.done > 0) wish.onProgress?.({ name, done, waiting: lag(bench.sqlite, name) });
    }
    return { done };
  } catch (problem) {
    if (problem instanceof Refused) {
      states.noteTrouble(name, problem.failure);
      return { done, failure: problem.failure };
    }
    if (!signal.aborted || problem !== signal.reason) throw problem;
    // What answers slower than there is time for rests too, or every command would wait for it.
    const isSlow = done === 0 && consumer.begin !== undefined && given >= AMPLE_MS;
    if (isSlow && !wish.signal.aborted) states.noteTrouble(name, TOO_SLOW);
    return { done };
  }
}

/** Follows the next changes, or comes to the end, which may find that there is more. */
async function followBatch(
  { sqlite }: Bench,
  consumer: Consumer,
  signal: AbortSignal,
): Promise<{ readonly done: number; readonly more: boolean }> {
  const { name } = consumer;
  const generation = generationOf(sqlite, name);
  const changes = pendingChanges(sqlite, name, consumer.batch);
  const last = changes.at(-1);
  if (last === undefined) {
    passBy(sqlite, name);
    await consumer.end?.(signal);
    return { done: 0, more: lag(sqlite, name) > 0 };
  }
  await consumer.apply(changes, signal);
  advance(sqlite, name, last.seq, generation);
  return { done: changes.length, more: true };
}
