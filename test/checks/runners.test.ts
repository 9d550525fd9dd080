import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/checks/runners/read.ts';

/** What runners of these versions really wrote; the folder they ran in is left out. */
const recorded = (name: string) =>
  readReport(readFileSync(join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8'));

const NODE = {
  passed: 4,
  failed: 3,
  skipped: 3,
  passing: ['adds (1ms) up', 'outer > inner', 'parent', 'parent > child'],
  failing: ['b.test.mjs', 'outer', 'outer > deep', 'outer > deep > bad', 'subtracts # hash'],
  skipping: ['outer > sk', 'skipped', 'todo one'],
};
const VITEST = {
  passed: 6,
  failed: 3,
  skipped: 2,
  passing: [
    'test/a.test.ts > adds > up',
    'test/a.test.ts > each 1',
    'test/a.test.ts > each 2',
    'test/a.test.ts > outer > inner',
    'test/a.test.ts > slow one',
    'test/c.test.ts > boom',
  ],
  failing: ['test/a.test.ts > fails too 12ms', 'test/a.test.ts > outer > deep > bad', 'test/b.test.ts'],
  skipping: ['test/a.test.ts > outer > later', 'test/a.test.ts > outer > sk'],
};

describe('reading what a runner reports, by name', () => {
  it('node:test in its spec form and in TAP says the same', () => {
    expect(recorded('node-24-spec')).toEqual(NODE);
    expect(recorded('node-20-tap')).toEqual(NODE);
  });

  it('vitest, asked for names', () => expect(recorded('vitest-5-verbose')).toEqual(VITEST));

  it('vitest, not asked, of one file', () => {
    const of = (names: readonly string[]) => names.filter(name => name.startsWith('test/a.test.ts'));
    expect(recorded('vitest-5-default')).toEqual({
      ...{ passed: 5, failed: 2, skipped: 2, skipping: VITEST.skipping },
      passing: of(VITEST.passing),
      failing: of(VITEST.failing),
    });
  });

  it('jest, asked for names; what a test printed is no test', () => {
    expect(recorded('jest-30-verbose')).toEqual({
      passed: 3,
      failed: 2,
      skipped: 2,
      passing: ['t/a.test.js > adds up', 't/a.test.js > outer > inner', 't/c.test.js > adds up'],
      failing: ['t/a.test.js > outer > deep > bad', 't/b.test.js'],
      skipping: ['t/a.test.js > outer > later', 't/a.test.js > outer > sk'],
    });
  });

  it('mocha', () => {
    expect(recorded('mocha-12-spec')).toEqual({
      passed: 3,
      failed: 1,
      skipped: 1,
      passing: ['outer > inner', 'outer > slow', 'top'],
      failing: ['outer > deep > bad'],
      skipping: ['outer > sk'],
    });
  });

  it('pytest, with parameters that look like messages, subtests, errors and expected failures', () => {
    expect(recorded('pytest-9')).toEqual({
      passed: 6,
      failed: 5,
      skipped: 2,
      passing: [
        'tests/test_a.py::TestC::test_m',
        'tests/test_a.py::test_one',
        'tests/test_a.py::test_p[a b]',
        'tests/test_a.py::test_p[e] - f]',
        'tests/test_a.py::test_xp',
      ],
      failing: [
        'tests/test_a.py::U::test_sub',
        'tests/test_a.py::test_err',
        'tests/test_a.py::test_p[c - d]',
        'tests/test_a.py::test_two',
        'tests/test_b.py',
      ],
      skipping: ['tests/test_a.py::test_skip', 'tests/test_a.py::test_xf'],
    });
  });

  it('pytest in parallel, and where -q leaves only the summary', () => {
    const parallel =
      '[gw0] [ 50%] PASSED tests/test_a.py::test_one \n[gw1] [100%] FAILED tests/test_a.py::test_two \n=== 1 failed, 1 passed in 0.1s ===\n';
    const quiet =
      '=== short test summary info ===\nFAILED tests/test_a.py::test_two - assert 1 == 2\nPASSED tests/test_a.py::test_one\n1 failed, 1 passed in 0.03s\n';
    const wanted = {
      passed: 1,
      failed: 1,
      passing: ['tests/test_a.py::test_one'],
      failing: ['tests/test_a.py::test_two'],
    };
    expect(readReport(parallel)).toMatchObject(wanted);
    expect(readReport(quiet)).toMatchObject(wanted);
    expect(readReport('=== no tests ran in 0.01s ===\n')).toMatchObject({ passed: 0, failed: 0 });
  });

  it('unittest, with a test that prints and one that has words of its own', () => {
    expect(recorded('unittest-3.11')).toEqual({
      passed: 2,
      failed: 2,
      skipped: 2,
      passing: ['test_u.T.test_doc', 'test_u.T.test_ok'],
      failing: ['test_b.py', 'test_u.T.test_bad'],
      skipping: ['test_u.T.test_skip', 'test_u.T.test_xf'],
    });
    const older = 'test_a (pkg.test_x.Case) ... ok\n\nRan 1 test in 0.001s\n\nOK\n';
    expect(readReport(older)).toMatchObject({ passed: 1, passing: ['pkg.test_x.Case.test_a'] });
  });

  it('go test, by package; a package that does not build failed', () => {
    expect(recorded('go-1.26')).toEqual({
      passed: 3,
      failed: 3,
      skipped: 1,
      passing: ['example.com/x.ExampleAdd', 'example.com/x.TestA', 'example.com/x.TestB/one_two'],
      failing: ['example.com/x', 'example.com/x.TestB', 'example.com/x.TestB/bad', 'example.com/x/sub'],
      skipping: ['example.com/x.TestC'],
    });
    // The package that did not build is there by the same name once it does.
    const mended = '=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nok  \texample.com/x/sub\t0.003s\n';
    expect(readReport(mended)).toMatchObject({
      passed: 1,
      failed: 0,
      passing: ['example.com/x/sub', 'example.com/x/sub.TestA'],
    });
    expect(readReport('ok  \ta/b\t0.1s\nFAIL\ta/c\t0.1s\n')).toMatchObject({ passed: 1, failed: 1, failing: ['a/c'] });
  });

  it('cargo test, by program, without the numbers of lines', () => {
    expect(recorded('cargo-1.95')).toEqual({
      passed: 5,
      failed: 1,
      skipped: 1,
      passing: [
        'adder documentation: src/lib.rs - add',
        'adder src/lib.rs: tests::panics',
        'adder src/lib.rs: tests::prints',
        'adder src/lib.rs: tests::works',
        'it tests/it.rs: good',
      ],
      failing: ['it tests/it.rs: bad'],
      skipping: ['adder src/lib.rs: tests::slow'],
    });
  });
});

describe('any output', () => {
  it('takes a name that comes twice as failed when one of them failed', () => {
    expect(readReport('✔ same\n✖ same\n')).toMatchObject({ passing: [], failing: ['same'] });
    expect(readReport('✖ same\n✔ same\n')).toMatchObject({ passing: [], failing: ['same'] });
  });

  it('sums several runs and several runners in one output', () => {
    const two =
      '✔ a (1ms)\nℹ pass 1\nℹ fail 0\n--- PASS: TestA (0.00s)\nok  \tx/y\t0.01s\n✔ b (1ms)\nℹ pass 1\nℹ fail 0\n';
    expect(readReport(two)).toMatchObject({ passed: 3, failed: 0, passing: ['a', 'b', 'x/y', 'x/y.TestA'] });
  });

  it('is the same with colours, with CRLF and with progress on one line', () => {
    const output = '✔ a (1.5ms)\n✖ b (2ms)\nℹ pass 1\nℹ fail 1\n';
    const plain = readReport(output);
    expect(plain).toMatchObject({ passing: ['a'], failing: ['b'] });
    expect(readReport(output.replace(/^(.)/gm, '\u001b[32m$1\u001b[39m'))).toEqual(plain);
    expect(readReport(output.replaceAll('\n', '\r\n'))).toEqual(plain);
    expect(readReport(output.replace(/^/gm, '50 %\r'))).toEqual(plain);
  });

  it('has the same names in another temporary folder and after another time', () => {
    const say = (folder: string, ms: number) => `✔ writes ${folder}/x.txt (${ms}ms)\nℹ pass 1\n`;
    expect(readReport(say('/tmp/a-1', 3)).passing).toEqual(readReport(say('/tmp/b-22', 41.7)).passing);
  });

  it('has the same names at another time, with another random id and on another port', () => {
    const say = (at: string, id: string, port: number): string =>
      `TAP version 13\nok 1 - saved at ${at}\nok 2 - user ${id}\nok 3 - answers on port ${port}\nok 4 - adds 1000 and 2000\n`;
    const [a, b] = [
      say('2026-01-02T03:04:05.678Z', '0b7e1ab2-0000-4000-8000-1234567890ab', 40123),
      say('1795280571093', 'ffffffff-1111-4222-8333-abcdefabcdef', 51999),
    ];
    expect(readReport(a).passing).toEqual(readReport(b).passing);
    expect(readReport(a).passing).toContain('adds 1000 and 2000');
  });

  it('says nothing about what it does not know', () => {
    const nothing = { passed: null, failed: null, skipped: null, passing: [], failing: [], skipping: [] };
    for (const output of ['', 'built in 3 s\n', 'PASS\nok\n', '- a list\n  - of things\n', 'Tests: none\n'])
      expect(readReport(output)).toEqual(nothing);
  });

  it('never throws, and no name is in two lists', () => {
    const word = fc.constantFrom(
      '✔ ',
      '✖ ',
      '  ',
      'ok 1 - ',
      'not ok 2 - ',
      '▶ ',
      'PASS ',
      'FAIL  ',
      '--- FAIL: ',
      'test a ... ok',
      '\n',
      ' > ',
      'a.test.ts',
      'x',
      ' (1ms)',
      '::',
      'PASSED',
      '# Subtest: ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }), words => {
        const { passing, failing, skipping } = readReport(words.join(''));
        const all = [...passing, ...failing, ...skipping];
        return new Set(all).size === all.length && all.every(name => name !== '');
      }),
    );
  });
});
