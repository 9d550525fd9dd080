/** Time and chance, passed in: only the composition root makes the real ones. */
export type Clock = {
  now(): Date;
  /** A number in [0, 1). */
  random(): number;
  /** Resolves after `ms`, or early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** `2026-11-21T09:12:03Z`: ISO 8601, UTC, whole seconds. */
export const isoSeconds = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** A short id that sorts by time and does not collide: base-36 milliseconds, then base-36 chance. */
export function newId(clock: Pick<Clock, 'now' | 'random'>): string {
  const chance = Math.floor(clock.random() * 36 ** 5)
    .toString(36)
    .padStart(5, '0');
  return `${clock.now().getTime().toString(36)}${chance}`;
}
