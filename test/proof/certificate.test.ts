import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/core/proof.ts';
import {
  canonicalJson,
  certificateOf,
  certificateText,
  certify,
  readCertificate,
} from '../../src/proof/certificate.ts';
import { certifiedChecks, stayedGreen } from '../../src/proof/certified-checks.ts';
import { printCertificate } from '../../src/proof/print.ts';
import { CERTIFICATE, FACTS, result } from './fixtures.ts';

const problem = (text: string): string => {
  const read = readCertificate(text);
  if (read.ok) throw new Error('It was read.');
  expect(read.error.code).toBe('proof.refuted');
  return read.error.message;
};

describe('a certificate', () => {
  const text = certificateText(CERTIFICATE);

  it('is read as it was written', () => {
    expect(readCertificate(text)).toEqual({ ok: true, value: CERTIFICATE });
    expect(text.split('\n').length).toBeGreaterThan(40);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('is the same whatever the order of the given fields', () => {
    const turned = Object.fromEntries(Object.entries(FACTS).reverse()) as typeof FACTS;
    expect(certificateText(certify({ ...turned, tools: { git: '2.39.5', node: '24.21.0' } }))).toBe(text);
  });

  it('is refused when any one byte of its text is another', () => {
    const bytes = Buffer.from(text);
    const refused = fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ change;
      return !readCertificate(changed.toString('utf8')).ok;
    });
    fc.assert(refused, { numRuns: 500 });
    expect(problem(text.slice(0, -1))).toContain('text was changed');
    expect(problem(`${text}\n`)).toContain('text was changed');
  });

  it('says what is wrong with it', () => {
    expect(problem('')).toContain('not JSON');
    expect(problem('[]')).toContain('not a certificate');
    expect(problem(text.replace('S1.1', 'S1.2'))).toContain('digest');
    expect(problem(text.replace('"version": 1', '"version": 2'))).toContain('version 2');
    expect(problem(text.replace('"exit": 1', '"exit": "1"'))).toContain('checks.0.base.exit');
    expect(problem(text.replace('"run_id"', '"extra": 1,\n  "run_id"'))).toContain('extra');
    expect(problem(text.replace('"run_id": "run1"', '"run_id": "run1", "run_id": "run1"'))).toContain('changed');
    expect(problem(text.replace(`"commit": "${'a'.repeat(40)}"`, '"commit": "HEAD"'))).toContain('commit');
  });

  it('is read from a journal too', () => {
    const value: unknown = JSON.parse(JSON.stringify(CERTIFICATE));
    expect(certificateOf(value)).toEqual({ ok: true, value: CERTIFICATE });
    expect(certificateOf({ ...CERTIFICATE, commit: 'b'.repeat(40) }).ok).toBe(false);
  });

  it('prints for people, without a control character of the work', () => {
    const odd: Certificate = certify({ ...FACTS, task: { key: 'S1', title: 'a\u001b[31m\nb' }, tests: [] });
    expect(printCertificate(odd).join('\n')).not.toContain('\u001b');
    expect(printCertificate(CERTIFICATE)).toMatchSnapshot();
  });
});

it('canonical JSON is one text for one value', () => {
  const shuffled = fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
    const turned = Object.fromEntries(Object.entries(value).reverse());
    const again: unknown = JSON.parse(canonicalJson(value));
    return canonicalJson(turned) === canonicalJson(value) && canonicalJson(again) === canonicalJson(value);
  });
  fc.assert(shuffled);
  expect(canonicalJson({ b: [1, null, 'ü'], a: { d: true, c: undefined } })).toBe('{"a":{"d":true},"b":[1,null,"ü"]}');
});

describe('what checks say together', () => {
  const before = { command: 'npm test', on: 'base' as const };
  const after = { command: 'npm test', on: 'work' as const };

  it('names the tests that failed and pass, and those that go on passing', () => {
    const [check] = certifiedChecks(
      [result({ ...before, exit: 1, passing: ['a', 'b'], failing: ['c'], skipping: ['s'] })],
      [result({ ...after, exit: 0, passing: ['b', 'a', 'c', 'new', 's'] })],
    );
    expect(check).toMatchObject({
      fail_to_pass: ['c', 'new'],
      pass_to_pass: ['a', 'b'],
      proves: true,
      flaky: false,
    });
  });

  it('counts a new test as failed before only where its check was red', () => {
    const [check] = certifiedChecks(
      [result({ ...before, exit: 0, passing: ['a'] })],
      [result({ ...after, exit: 0, passing: ['a', 'new'] })],
    );
    expect(check).toMatchObject({ fail_to_pass: [], pass_to_pass: ['a'], proves: false });
  });

  it('lets exit codes decide where no test has a name', () => {
    const checks = certifiedChecks(
      [result({ ...before, exit: 2 }), result({ command: 'lint', on: 'base', exit: 0, of: 'verify' })],
      [result({ ...after, exit: 0 }), result({ command: 'lint', on: 'work', exit: 0, of: 'verify' })],
    );
    expect(checks.map(({ proves, of }) => ({ proves, of }))).toEqual([
      { proves: true, of: 'task' },
      { proves: false, of: 'verify' },
    ]);
    expect(stayedGreen(checks)).toEqual(['lint']);
  });

  it('takes nothing flaky, nothing that could not start and nothing that is still red for a proof', () => {
    const proves = (base: object, work: object): boolean | undefined =>
      certifiedChecks([result({ ...before, exit: 1, ...base })], [result({ ...after, exit: 0, ...work })])[0]?.proves;
    expect(proves({}, {})).toBe(true);
    expect(proves({ flaky: true }, {})).toBe(false);
    expect(proves({}, { flaky: true })).toBe(false);
    expect(proves({ missing: 'the command tap' }, {})).toBe(false);
    expect(proves({}, { exit: 1 })).toBe(false);
    expect(proves({}, { proves_nothing: 'It looks at the change.' })).toBe(false);
    expect(certifiedChecks([], [result({ ...after, exit: 0 })])).toEqual([]);
  });
});
