import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeModel } from '../../support/model-change.ts';
import { temporaryFolder } from '../../support/repository.ts';

describe('a change of the embedding model', () => {
  it('answers from the old vectors until the new ones are all there, killed and finished later', async () => {
    const kills = [
      ['embed', 70],
      ['embed', 101],
      ['drop', 100],
    ] as const;
    const { queries, ...report } = await changeModel(join(temporaryFolder(), 'memory.db'), 300, kills);
    expect(report).toEqual({
      wrong: [],
      kills: 3,
      states: ['test:old retired', 'test:new serving'],
      left: 0,
      missing: 0,
    });
    expect(queries.old).toBeGreaterThan(10);
    expect(queries.new).toBeGreaterThan(0);
  });
});
