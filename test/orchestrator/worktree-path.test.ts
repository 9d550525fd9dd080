import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slug, taskBranch } from '../../src/orchestrator/effects/worktree-path.ts';

const NASTY = [
  'A/B',
  'A-B',
  'A.B',
  'A..B',
  '..',
  '.',
  '-x',
  'x.lock',
  'x.lock.',
  'ä',
  'ö',
  'a~1',
  'a^',
  'a:b',
  '@{u}',
  'task',
];
const key = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }));

describe('the name of a task’s worktree and branch', () => {
  it('is the key itself where that is a name', () => {
    for (const name of ['S1.1', 'T12', 'KM-001', 'a_b', 'x']) expect(slug(name)).toBe(name);
  });

  it('is never shared by two keys, and one part of a path', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(slug(one) === slug(other)).toBe(one === other);
        expect(slug(one)).toMatch(/^[A-Za-z0-9_][\w.-]*$/);
      }),
    );
  });

  it('is one that git takes', () => {
    const said = NASTY.map(name => spawnSync('git', ['check-ref-format', taskBranch(name)]).status);
    expect(said).toEqual(NASTY.map(() => 0));
  });
});
