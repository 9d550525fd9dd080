import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/repository.ts';
import { tenWithKills, wholeTen } from '../support/ten-kills.ts';

// The full counts: npm run soak -- kill-ten.
describe('ten tasks in a run that is killed by SIGKILL again and again', () => {
  it('end as they do without a kill, no effect twice', { timeout: 900_000 }, async () => {
    const folder = temporaryFolder();
    const whole = await wholeTen(join(folder, 'whole'));
    expect(whole.outcome.done).toHaveLength(9);
    expect(whole.outcome.blocked).toEqual(['N4']);
    const points = [
      { kind: 'event', place: 27 },
      { kind: 'git-after', place: 60 },
      { kind: 'look', place: 45 },
      { kind: 'git-before', place: 70 },
    ] as const;
    const { killed, repeated, problems } = await tenWithKills(join(folder, 'broken'), points, whole);
    expect(problems).toEqual([]);
    expect(killed).toBe(points.length);
    expect(repeated).toBeLessThanOrEqual(killed);
  });
});
