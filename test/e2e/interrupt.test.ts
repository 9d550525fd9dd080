import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interruptAt, layOutQuick, outcomeOf, runDemo } from '../support/demo.ts';
import { temporaryFolder } from '../support/repository.ts';

describe('a demo interrupted by Ctrl-C', () => {
  it('goes on to the same end, also when a turn had ended and was not judged yet', { timeout: 900_000 }, async () => {
    const folder = temporaryFolder();
    const whole = join(folder, 'whole');
    layOutQuick(whole);
    const events = await runDemo(whole);
    const expected = outcomeOf(whole);
    const seq = events.filter(({ type }) => type === 'work.snapshot')[1]?.seq ?? 1;
    const broken = join(folder, 'broken');
    layOutQuick(broken);
    await interruptAt(broken, seq);
    await runDemo(broken);
    expect(outcomeOf(broken), `interrupted at event ${seq}`).toEqual(expected);
  });
});
