import type { RunEvent } from '../../src/core/event.ts';

/** The events of one type. */
export const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

/** Does something once, at the first event that fits. */
export const once = (fits: (event: RunEvent) => boolean, work: () => void) => {
  let done = false;
  return (event: RunEvent): void => {
    if (done || !fits(event)) return;
    done = true;
    work();
  };
};

/** The value of a result that must be one. */
export const must = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
