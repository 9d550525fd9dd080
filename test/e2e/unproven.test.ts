import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/repository.ts';
import { doNothing, endOf, fateOf, isFate, makeJudged, runUnproven, weak } from '../support/unproven.ts';

/** The first of these names; all of them are run by `npm run soak -- unproven`. */
const named = <T extends { readonly name: string }>(all: readonly T[], name: string): T => {
  const found = all.find(one => one.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
};

describe('what proves nothing', () => {
  it.each(['javascript: a dead branch, a refactoring', 'python: a dead function, a refactoring'])(
    'a change that does nothing (%s) is not done',
    async name => {
      const events = await runUnproven(join(temporaryFolder(), 'scene'), named(doNothing(), name), makeJudged());
      expect(endOf(events)).toMatch(/^(?:blocked|refused): /);
    },
  );

  it.each(['python: only existence, 1', 'javascript: skipped, 1', 'javascript: catches everything, 2'])(
    'a test that tests nothing (%s) is sent back',
    async name => {
      const events = await runUnproven(join(temporaryFolder(), 'scene'), named(weak(), name), isFate);
      expect(fateOf(events)).toMatch(/^sent back: /);
    },
  );

  it('there are sixty such changes and forty such tests', () => {
    expect([doNothing().length, weak().length]).toEqual([60, 40]);
    expect(new Set([...doNothing(), ...weak()].map(({ name }) => name)).size).toBe(100);
  });
});
