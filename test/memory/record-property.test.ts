import fc from 'fast-check';
import { it } from 'vitest';
import { operations, playHistory } from './record-model.ts';

it('keeps what was said as a plain list would, in any history of storing, editing, replacing and forgetting', async () => {
  await fc.assert(fc.asyncProperty(operations, playHistory), { numRuns: 30, seed: 6 });
});
