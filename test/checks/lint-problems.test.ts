import { describe, expect, it } from 'vitest';
import { lintProblems, newProblems } from '../../src/checks/lint-problems.ts';

const keys = (output: string): readonly string[] => [...lintProblems(output).keys()];

describe('the problems in what a linter prints', () => {
  it.each([
    ['eslint -f unix, ruff, golangci', './src/a.js:3:7: Unexpected var. [Error/no-var]'],
    ['gcc, shellcheck', 'src/a.js:3: Unexpected var. [Error/no-var]'],
    ['tsc', 'src/a.js(3,7): Unexpected var. [Error/no-var]'],
    ['tsc --pretty', 'src/a.js:3:7 - Unexpected var. [Error/no-var]'],
  ])('of %s are known by file and text, not by line', (_, line) => {
    expect(keys(`${line}\n\n1 problem\n`)).toEqual(['src/a.js: Unexpected var. [Error/no-var]']);
  });

  it('stand under the name of their file, as eslint prints them at first', () => {
    const output =
      '\nsrc/a.js\n   3:7   error  Unexpected var  no-var\n  12:1   error  Unexpected var  no-var\n\n✖ 2 problems\n';
    expect([...lintProblems(output)]).toEqual([['src/a.js: error Unexpected var no-var', 2]]);
  });

  it('are read from annotations of GitHub, biome’s for example', () => {
    expect(keys('::error title=lint/noVar,file=src/a.js,line=3,endLine=3,col=1::Use let: or const.')).toEqual([
      'src/a.js: lint/noVar Use let: or const.',
    ]);
  });

  it('are new when there are more of them than before', () => {
    const before = lintProblems('a.js:1:1: unused x\na.js:2:1: unused y, declared in line 2');
    const now = lintProblems(
      'a.js:9:1: unused x\na.js:12:1: unused x\na.js:14:1: unused y, declared in line 14\nb.js:1:1: unused x',
    );
    expect(newProblems(now, before)).toEqual(['a.js: unused x', 'b.js: unused x']);
    expect(newProblems(before, now)).toEqual([]);
  });

  it('are none in other text', () => {
    expect(keys('All files pass.\nhttps://example.org:8080/x is fine\n    at a (b)\n')).toEqual([]);
  });
});
