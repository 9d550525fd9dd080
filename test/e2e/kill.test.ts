import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layOutQuick, outcomeOf, runAndKill, runDemo } from '../support/demo.ts';
import { temporaryFolder } from '../support/repository.ts';

describe('a demo killed by SIGKILL', () => {
  it('goes on from any event to the same end, with no task done twice', { timeout: 900_000 }, async () => {
    const folder = temporaryFolder();
    const whole = join(folder, 'whole');
    layOutQuick(whole);
    const events = await runDemo(whole);
    const expected = outcomeOf(whole);
    expect(expected.done).toEqual(['D1.1', 'D1.2', 'D1.3', 'D2.1']);
    // A file edit that had begun, a merge that was meant and not made: where most can go wrong. All events: npm run soak -- kill.
    const at = (type: string, nth: number): number => events.filter(event => event.type === type)[nth]?.seq ?? 1;
    const places = [at('tool.started', 3), at('merge.intended', 1)];
    for (const seq of places) {
      const broken = join(folder, `at-${seq}`);
      layOutQuick(broken);
      expect(runAndKill(broken, { seq }).killed, `killed at event ${seq}`).toBe(true);
      const rest = await runDemo(broken);
      expect(rest[0]?.type).toBe('run.resumed');
      expect(outcomeOf(broken), `killed at event ${seq}`).toEqual(expected);
    }
  });
});
