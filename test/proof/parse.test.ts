import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plannedMutants } from '../../src/proof/mutants.ts';
import { didNotCompile, parseCommand } from '../../src/proof/parse-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'llmclis-mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// The Node that runs the tests, not an older one of the system.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
const sources = join(import.meta.dirname, '../../src/proof/mutants');
const samples = join(import.meta.dirname, 'samples');

/** Which of these files the parser of their language refuses. */
function refused(files: readonly { readonly name: string; readonly text: string }[]): string[] {
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  const lines = files.map(({ name }) => `( ${parseCommand(name)} ) >/dev/null 2>&1 || echo "${name}"`);
  const said = execFileSync('bash', ['-c', lines.join('\n')], { cwd: folder, env, encoding: 'utf8' });
  return said.split('\n').filter(line => line !== '');
}

const has = (tool: string): boolean => spawnSync('bash', ['-c', `command -v ${tool}`], { env }).status === 0;

describe('mutants of real code', () => {
  const own = readdirSync(sources).map(name => ({ name, after: readFileSync(join(sources, name), 'utf8') }));
  const given = readdirSync(samples).map(file => ({
    name: file.replace(/\.txt$/, ''),
    after: readFileSync(join(samples, file), 'utf8'),
  }));
  const cases = [
    { language: 'TypeScript', tool: 'node', ending: '.ts', limit: 14 },
    { language: 'JavaScript', tool: 'node', ending: '.js', limit: 12 },
    { language: 'Python', tool: 'python3', ending: '.py', limit: 14 },
    { language: 'Go', tool: 'gofmt', ending: '.go', limit: 24 },
  ];
  for (const { language, tool, ending, limit } of cases)
    it.skipIf(!has(tool))(`parse nine times of ten at least: ${language}`, () => {
      const files = [...own, ...given].filter(({ name }) => extname(name) === ending);
      const changed = files.map(({ name, after }) => ({ path: name, before: null, after }));
      const planned = plannedMutants(changed, 'tree', limit);
      expect(planned.length).toBe(limit);
      const wrong = refused(planned.map(({ text }, place) => ({ name: `m${place}${ending}`, text })));
      expect(planned.length - wrong.length).toBeGreaterThanOrEqual(planned.length * 0.9);
    });
});

describe('the command that parses', () => {
  it('passes what parses and fails what does not', () => {
    const good = [
      { name: 'a.js', text: 'import x from "y";\nexport const a = await x;\n' },
      { name: "it's.mjs", text: 'export {};\n' },
      { name: 'c.cjs', text: 'module.exports = 1;\n' },
      { name: 'd.ts', text: 'enum A { b }\nexport const c = <T,>(x: T): T => x;\n' },
      { name: 'e.py', text: 'x: int = 1\n' },
    ];
    const bad = good.map(({ name, text }) => ({ name: `bad-${name}`, text: `${text}const ( = ;\n` }));
    expect(refused(good)).toEqual([]);
    expect(refused(bad).length).toBe(bad.length);
  });

  it.skipIf(!has('gofmt'))('knows Go', () => {
    expect(refused([{ name: 'a.go', text: 'package a\n' }])).toEqual([]);
    expect(refused([{ name: 'b.go', text: 'package a\nfunc {\n' }])).toEqual(['b.go']);
  });

  it('is there only for languages with a quick parser', () => {
    expect(parseCommand('a.java')).toBeNull();
    expect(parseCommand('a.tsx')).toBeNull();
    expect(parseCommand('Makefile')).toBeNull();
    expect(parseCommand('-e.js')).toContain("'./-e.js'");
  });
});

it('output of a compiler that refused is told from a failing test', () => {
  const refusals = [
    '# example.com/a\n./a.go:3:2: declared and not used: x\nFAIL\texample.com/a [build failed]\n',
    'error[E0308]: mismatched types\n --> src/lib.rs:3:5\n',
    'src/a.ts(3,4): error TS2322: Type\n',
  ];
  for (const output of refusals) expect(didNotCompile(output), output).toBe(true);
  expect(didNotCompile('--- FAIL: TestSum (0.00)\n    a_test.go:8: got 3\nFAIL\texample.com/a\t0.002s\n')).toBe(false);
  expect(didNotCompile('AssertionError: expected error: 1 to be 2\n')).toBe(false);
});
