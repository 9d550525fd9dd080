import fc from 'fast-check';
import { lag } from '../../src/memory/changes.ts';
import type { OpenApi } from '../servers/openapi.ts';
import { type QdrantFault, qdrantFaults, startQdrant } from '../servers/qdrant.ts';
import { histories, makeScene, quiet, type Step, unlikeRecord } from './index-histories.ts';

const FAULTS: Readonly<Record<string, QdrantFault>> = {
  ...qdrantFaults,
  cut: { kind: 'cut' },
  // It was done, and nobody heard of it.
  lost: { kind: 'cut', after: true },
  brokenAfter: { ...qdrantFaults.broken, after: true },
  unfinished: { kind: 'wait_timeout' },
};

/** What happens to the server between two steps. */
export type Event =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  /** Every so-manieth call goes wrong. */
  | { readonly kind: 'fault'; readonly name: string; readonly every: number }
  | { readonly kind: 'well' }
  | { readonly kind: 'killed' }
  | { readonly kind: 'started'; readonly how: 'whole' | 'empty' };

const steps = histories.map(({ steps: some }) => some.slice(0, 8));
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('steps' as const), steps }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      name: fc.constantFrom(...Object.keys(FAULTS)),
      every: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'well' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'killed' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('started' as const),
      how: fc.constantFrom('whole' as const, 'empty' as const),
    }),
  },
);
export const troubles: fc.Arbitrary<readonly Event[]> = fc.array(event, { minLength: 4, maxLength: 14 });

/** Plays a history of writes and troubles; null when in the end nothing waits and the index is the record. */
export async function playTroubles(api: OpenApi | null, events: readonly Event[]): Promise<string | null> {
  const server = await startQdrant(api);
  const scene = makeScene(server.url);
  const { sqlite } = scene.world.database;
  try {
    for (const one of events) {
      if (one.kind === 'steps') for (const step of one.steps) await scene.play(step);
      if (one.kind === 'killed') await server.kill();
      if (one.kind === 'started') await server.start(one.how);
      if (one.kind === 'well') server.trouble(() => null);
      if (one.kind === 'fault') {
        let calls = 0;
        const fault = FAULTS[one.name] ?? null;
        server.trouble(() => {
          calls += 1;
          return calls % one.every === 0 ? fault : null;
        });
      }
      await scene.upkeep.run({ signal: quiet, now: true });
    }
    server.trouble(() => null);
    await server.start('whole');
    const last = await scene.upkeep.run({ signal: quiet, now: true });
    if (last.troubles[0] !== undefined) return last.troubles[0].failure.message;
    const left = lag(sqlite, scene.server.address.consumer);
    if (left > 0) return `${left} changes still wait`;
    return (await unlikeRecord(scene)) ?? server.violations[0] ?? null;
  } finally {
    sqlite.close();
    await server.close();
  }
}
