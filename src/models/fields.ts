import type { Result } from '../core/failure.ts';
import type { ModelPart, ModelReply } from '../core/model.ts';

/** What a model turned out not to take; kept as long as its client lives. */
export type Refused = {
  readonly fields: ReadonlySet<string>;
  /** Unreadable calls in a row. */
  readonly malformed: number;
};

/** Unreadable calls in a row after which a model is asked to write its calls as text. */
const MALFORMED_LIMIT = 2;

export const callsAsText = (canCall: boolean, { fields, malformed }: Refused): boolean =>
  !canCall || fields.has('tools') || malformed >= MALFORMED_LIMIT;

/**
 * Asks, and asks once more for each field that the server refuses, without that field. What was learned is kept for the
 * next call.
 */
export function adapting(
  ask: (refused: Refused, signal?: AbortSignal) => AsyncGenerator<ModelPart, Result<ModelReply>>,
  alias: string,
  learned: { refused: Refused },
): (signal?: AbortSignal) => AsyncGenerator<ModelPart, Result<ModelReply>> {
  return async function* (signal) {
    for (;;) {
      const reply = yield* ask(learned.refused, signal);
      const { fields, malformed } = learned.refused;
      const field = reply.ok ? undefined : reply.error.details?.unsupported;
      if (typeof field !== 'string' || fields.has(field)) {
        const unreadable = !reply.ok && reply.error.code === 'model.malformed';
        learned.refused = { fields, malformed: unreadable ? malformed + 1 : keeps(malformed) };
        return reply;
      }
      learned.refused = { fields: new Set([...fields, field]), malformed };
      yield { type: 'retry', because: `${alias} does not take ${field}: it is asked again without.` };
    }
  };
}

/** Having gone over to text, a model stays there. */
const keeps = (malformed: number): number => (malformed >= MALFORMED_LIMIT ? malformed : 0);
