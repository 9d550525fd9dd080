import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedLines } from '../../src/proof/mutants/changed-lines.ts';
import { mutantsOf, plannedMutants } from '../../src/proof/mutants.ts';
import { GO, JAVASCRIPT, PYTHON, RUST, TYPESCRIPT } from './expected-mutants.ts';

const sample = (name: string): string => readFileSync(join(import.meta.dirname, 'samples', `${name}.txt`), 'utf8');
const SAMPLES = ['cart.ts', 'words.js', 'ledger.py', 'queue.go'];

/** `line operator: the changed line`, for every mutant of a new file. */
const told = (path: string, after: string): string[] =>
  mutantsOf({ path, before: null, after }).map(
    ({ line, operator, after: text }) => `${line} ${operator}: ${text.trim()}`,
  );

describe('mutants', () => {
  it.each([
    ['src/a.ts', TYPESCRIPT],
    ['src/a.js', JAVASCRIPT],
    ['src/a.py', PYTHON],
    ['a.go', GO],
    ['src/a.rs', RUST],
  ])('of %s are the expected ones', (path, { code, mutants }) => {
    expect(told(path, code)).toEqual(mutants);
  });

  it('are made only of the lines that changed', () => {
    const before = 'const a = 1;\nconst b = 2;\nconst c = 3;\n';
    const after = 'const a = 1;\nconst b = 7;\nconst c = 3;\nconst d = true;\n';
    const lines = mutantsOf({ path: 'a.js', before, after }).map(({ line }) => line);
    expect(lines).toEqual([2, 2, 4]);
    expect(mutantsOf({ path: 'a.js', before: after, after })).toEqual([]);
    expect(mutantsOf({ path: 'a.js', before: after.replaceAll('\n', '\r\n'), after })).toEqual([]);
  });

  it('are not made of tests, declarations, documents and what we cannot read', () => {
    const after = 'const a = 1;\n';
    const none = 'test/a.js a.test.ts src/__tests__/a.js test_a.py a_test.go a.d.ts a.md vite.config.ts Makefile';
    for (const path of none.split(' ')) expect(mutantsOf({ path, before: null, after }), path).toEqual([]);
    for (const path of ['a.js', 'src/attest.ts', 'latest/a.mjs'])
      expect(mutantsOf({ path, before: null, after }), path).not.toEqual([]);
  });

  it('read strings, comments, templates and regular expressions for what they are', () => {
    const quiet: readonly (readonly [string, string])[] = [
      ['a.js', '// 1 < 2 && true\n/* 3 > 4 */\n'],
      ['a.js', 'const re = /[/"\'] < 3 && x/g;\n'],
      ['a.py', '""" 1 < 2\nTrue and 3\n"""\n'],
      ['a.py', "x = call('''\n1 < 2\n''')\n"],
      ['a.go', 'var s = `\n1 < 2\n`\n'],
      ['a.rs', '// 1 < 2\n/* a /* 1 < 2 */ true */\n'],
    ];
    for (const [path, code] of quiet) expect(told(path, code), code).toEqual([]);
    const template = 'const t = `a $' + '{b ? `c $' + '{1 < 2}` : "}"} d`;\n';
    expect(told('a.js', template)).toEqual(['1 string: const t = ``;']);
    expect(told('a.jsx', "const p = <p>Don't 1 </p>;\nconst q = n / 2;\n")).toContain('2 arithmetic: const q = n * 2;');
  });

  it('differ from the work in one place inside a changed line, and keep line ends', () => {
    const lineEnds = fc.constantFrom('\n', '\r\n');
    const picked = fc.tuple(fc.constantFrom(...SAMPLES), lineEnds, fc.infiniteStream(fc.boolean()));
    const holds = fc.property(picked, ([name, ending, coins]) => {
      const lines = sample(name).split('\n');
      const before = lines.filter(() => coins.next().value === true).join(ending);
      const after = lines.join(ending);
      const changed = changedLines(before, after);
      const was = after.split('\n');
      for (const mutant of mutantsOf({ path: name, before, after })) {
        const is = mutant.text.split('\n');
        const differ = was.flatMap((line, place) => (line === is[place] ? [] : [place + 1]));
        expect(is.length).toBe(was.length);
        expect(differ).toEqual([mutant.line]);
        expect(changed.has(mutant.line)).toBe(true);
        expect(was[mutant.line - 1]?.replace(/\r$/, '')).toBe(mutant.before);
        expect(is[mutant.line - 1]?.replace(/\r$/, '')).toBe(mutant.after);
        expect(mutant.text.split('\r').length).toBe(after.split('\r').length);
      }
    });
    fc.assert(holds, { numRuns: 40 });
  });

  it('never fail, whatever the text', () => {
    const signs = 'ab1 \n\t(){}[]<>=!&|+-*/%\'"`$#@\\:;,.'.split('');
    const parts = fc.constantFrom(...signs, 'if ', 'return ', 'def ', '=> ');
    const text = fc.array(parts, { maxLength: 120 }).map(found => found.join(''));
    const endings = fc.constantFrom('js', 'ts', 'tsx', 'py', 'go', 'rs', 'rb', 'php', 'java');
    const holds = fc.property(text, endings, (after, ending) => {
      for (const mutant of mutantsOf({ path: `a.${ending}`, before: null, after })) {
        expect(mutant.text).not.toBe(after);
        expect(mutant.text.split('\n').length).toBe(after.split('\n').length);
      }
    });
    fc.assert(holds, { numRuns: 1500 });
  });
});

describe('a plan of mutants', () => {
  const files = SAMPLES.map(name => ({ path: `src/${name}`, before: null, after: sample(name) }));

  it('is the same for the same seed, and another for another', () => {
    const plan = plannedMutants(files, 'tree');
    expect(plannedMutants(files, 'tree')).toEqual(plan);
    expect(plannedMutants([...files].reverse(), 'tree')).toEqual(plan);
    expect(plannedMutants(files, 'other tree')).not.toEqual(plan);
  });

  it('has at most twenty, each a text of its own, spread over lines and operators', () => {
    const plan = plannedMutants(files, 'tree');
    expect(plan.length).toBe(20);
    expect(new Set(plan.map(({ path, text }) => `${path}\0${text}`)).size).toBe(20);
    expect(new Set(plan.map(({ path, line }) => `${path}:${line}`)).size).toBe(20);
    expect(new Set(plan.map(({ operator }) => operator)).size).toBeGreaterThanOrEqual(9);
    expect(plannedMutants(files, 'tree', 3).length).toBe(3);
    expect(plannedMutants([], 'tree')).toEqual([]);
    const small = plannedMutants([{ path: 'a.py', before: null, after: 'LIMIT = 3\n' }], 'tree');
    expect(small.map(({ after }) => after).sort()).toEqual(['LIMIT = 2', 'LIMIT = 4', 'pass']);
  });
});
