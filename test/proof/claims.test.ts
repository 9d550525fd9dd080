import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../../src/core/check.ts';
import type { Certificate } from '../../src/core/proof.ts';
import { consistencyClaims, demandClaims, identityClaims, replayClaim } from '../../src/proof/claims.ts';
import { CERTIFICATE } from './fixtures.ts';

const [CHECK] = CERTIFICATE.checks;
if (CHECK === undefined) throw new Error('There is no check.');
const wrongIn = (change: Partial<Certificate>): readonly string[] =>
  consistencyClaims({ ...CERTIFICATE, ...change })
    .filter(({ ok }) => !ok)
    .map(({ claim }) => claim);

describe('what a certificate says of itself', () => {
  const red = { exit: 1, passed: null, failed: null, skipped: null };
  const green = { ...red, exit: 0 };

  it('holds when a check was red and is green', () => {
    expect(wrongIn({})).toEqual([]);
    expect(wrongIn({ proof: 'accepted-by-person', checks: [] })).toEqual([]);
    const kept = { ...CHECK, base: green, work: green, proves: false };
    expect(wrongIn({ proof: 'behaviour-kept', checks: [kept], stayed_green: [CHECK.command] })).toEqual([]);
    // The project's own check may stay red beside the task's.
    expect(wrongIn({ checks: [CHECK, { ...CHECK, command: 'x', base: red, work: red, proves: false }] })).toEqual([]);
  });

  it('does not hold when nothing proves it, or something got worse', () => {
    expect(wrongIn({ checks: [] })).toEqual(['a check proves it']);
    expect(wrongIn({ checks: [{ ...CHECK, proves: false }] })).toEqual(['a check proves it']);
    expect(wrongIn({ checks: [{ ...CHECK, flaky: true }] })).toEqual(['what proves it was red, and is green']);
    expect(wrongIn({ checks: [{ ...CHECK, base: green }] })).toContain('what proves it was red, and is green');
    expect(wrongIn({ checks: [{ ...CHECK, work: red }] })).toContain('what proves it was red, and is green');
    const worse = { ...CHECK, command: 'x', base: green, work: red, proves: false };
    expect(wrongIn({ checks: [CHECK, worse] })).toEqual(['nothing got worse']);
    const own = { ...worse, base: red, of: 'task' as const };
    expect(wrongIn({ checks: [CHECK, own] })).toEqual(['nothing got worse']);
    expect(wrongIn({ proof: 'behaviour-kept' })).toEqual(['checks stayed green']);
    expect(wrongIn({ stayed_green: ['x'] })).toEqual(['the checks that stayed green']);
    expect(wrongIn({ mutants: { tree: 'd', tried: 5, killed: 5, survived: [], commands: [] } })).toEqual([]);
    expect(wrongIn({ mutants: { tree: 'd', tried: 5, killed: 4, survived: [], commands: [] } })).toEqual([
      'the mutants',
    ]);
  });
});

it('the checks that somebody demands must have been run, and pass', () => {
  const found = demandClaims(CERTIFICATE, ['node --test', 'npm test']);
  expect(found.map(({ ok }) => ok)).toEqual([true, false]);
  const red = CERTIFICATE.checks.map(check => ({ ...check, work: { ...check.work, exit: 1 } }));
  expect(demandClaims({ ...CERTIFICATE, checks: red }, ['node --test'])[0]?.ok).toBe(false);
});

describe('what a certificate says of its commit', () => {
  const { commit, base, base_tree, work_tree } = CERTIFICATE;
  const facts = {
    noted: commit,
    commit: { tree: work_tree, parents: [base], message: 'S1.1: Round\n\nTask: S1.1\nRun: run1\n' },
    base: { tree: base_tree, parents: [], message: '' },
  };
  const wrong = (change: Partial<typeof facts> | { commit: null } | { base: null } | { noted: null }) =>
    identityClaims(CERTIFICATE, { ...facts, ...change })
      .filter(({ ok }) => !ok)
      .map(({ claim }) => claim);

  it('is held against git', () => {
    const other = 'e'.repeat(40);
    expect(wrong({})).toEqual([]);
    expect(wrong({ noted: null })).toEqual([]);
    expect(wrong({ noted: other })).toEqual(['the commit']);
    expect(wrong({ commit: null })).toEqual(['the base is its only parent', 'the tree of the work']);
    expect(wrong({ base: null })).toEqual(['the tree of the base']);
    expect(wrong({ commit: { ...facts.commit, parents: [base, other] } })).toEqual(['the base is its only parent']);
    const merged = { ...facts, commit: { ...facts.commit, parents: [base, other] } };
    const accepted = { ...CERTIFICATE, proof: 'accepted-by-person' as const };
    expect(identityClaims(accepted, merged).every(({ ok }) => ok)).toBe(true);
    expect(wrong({ commit: { ...facts.commit, tree: other } })).toEqual(['the tree of the work']);
    expect(wrong({ commit: { ...facts.commit, message: 'Task: S1.2\nRun: run2\n' } })).toEqual(['the task', 'the run']);
  });
});

describe('a check that was run again', () => {
  const outcome: CheckOutcome = {
    exit: 0,
    passed: 3,
    failed: 0,
    skipped: 0,
    passing: ['adds', 'rounds to cents', 'subtracts'],
    failing: [],
    skipping: [],
    output: '',
    missing: null,
    unloaded: [],
    ms: 1,
  };
  const before: CheckOutcome = { ...outcome, exit: 1, passed: 2, failed: 1, passing: ['adds', 'subtracts'] };
  const said = (on: 'base' | 'work', change: Partial<CheckOutcome>): string => {
    const { ok, detail } = replayClaim(CHECK, on, { ...(on === 'base' ? before : outcome), ...change });
    return ok ? 'yes' : detail;
  };

  it('goes as it is said, or is told apart by exit code, names and counts', () => {
    expect(said('base', {})).toBe('yes');
    expect(said('work', {})).toBe('yes');
    expect(said('work', { exit: 2 })).toBe('it says exit 0, and it is exit 2.');
    expect(said('base', { exit: 127, missing: 'the command node' })).toContain('It needs the command node.');
    expect(said('work', { passing: ['adds', 'rounds to cents'] })).toBe('these do not pass: subtracts.');
    expect(said('work', { passing: ['adds', 'subtracts'] })).toBe('these do not pass: rounds to cents.');
    expect(said('base', { passing: outcome.passing })).toBe('these pass already: rounds to cents.');
    expect(said('work', { passed: 4 })).toBe('it says 3 passed, and 4 passed now.');
    expect(said('base', { failed: null })).toBe('it says 1 failed, and nothing failed now.');
  });
});
