import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { interruptAt, layOutQuick, outcomeOf, runAndKill, runDemo } from '../support/demo.ts';

// All events: npm run soak -- kill, npm run soak -- interrupt.
describe('a demo that is cut short goes on to the same end, with no task done twice', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-test-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  let events: readonly RunEvent[] = [];
  let expected: ReturnType<typeof outcomeOf>;
  beforeAll(async () => {
    const whole = join(folder, 'whole');
    layOutQuick(whole);
    events = await runDemo(whole);
    expected = outcomeOf(whole);
    expect(expected.done).toEqual(['D1.1', 'D1.2', 'D1.3', 'D2.1']);
  });
  const at = (type: string, nth: number): number => events.filter(event => event.type === type)[nth]?.seq ?? 1;

  // A file edit that had begun, a merge that was meant and not made: where most can go wrong.
  it.each([
    ['tool.started', 3],
    ['merge.intended', 1],
  ] as const)('by SIGKILL at %s', async (type, nth) => {
    const broken = join(folder, type);
    layOutQuick(broken);
    expect(runAndKill(broken, { seq: at(type, nth) }).killed).toBe(true);
    const rest = await runDemo(broken);
    expect(rest[0]?.type).toBe('run.resumed');
    expect(outcomeOf(broken)).toEqual(expected);
  });

  it('by Ctrl-C when a turn had ended and was not judged yet', async () => {
    const broken = join(folder, 'interrupted');
    layOutQuick(broken);
    await interruptAt(broken, at('work.snapshot', 1));
    await runDemo(broken);
    expect(outcomeOf(broken)).toEqual(expected);
  });
});
