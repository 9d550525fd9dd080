import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkBench } from '../../src/checks/bench.ts';
import { runCommandCheck } from '../../src/checks/command.ts';
import type { CheckOutcome } from '../../src/core/check.ts';
import { hasProgram } from '../support/repositories/kinds.ts';
import { type Files, makeRepository, value } from '../workspace/helpers.ts';

type Given = { readonly timeout_s?: number; readonly redact?: (text: string) => string };

/** Runs a check in a real worktree of these files. */
async function check(line: string, files: Files = {}, given: Given = {}): Promise<CheckOutcome & { root: string }> {
  const made = await makeRepository(files);
  const { workspace } = await made.openWorkspace();
  const bench = checkBench({
    workspace,
    changes: [],
    before: async () => null,
    timeout_s: given.timeout_s ?? 60,
    redact: given.redact ?? (text => text),
  });
  return { ...value(await runCommandCheck(line, bench, new AbortController().signal)), root: workspace.root };
}

const NODE_TEST = {
  'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
  'test/a.test.js':
    "import { test } from 'node:test';\nimport assert from 'node:assert';\ntest('one', () => {});\ntest('two', () => assert.equal(1, 2));\n",
};

describe('a command as a check', () => {
  it('is satisfied by exit 0, whatever was said', async () => {
    expect(await check('echo "✖ a (1ms)"; echo "ℹ fail 1"; true')).toMatchObject({
      exit: 0,
      failed: 1,
      failing: ['a'],
    });
    expect(await check('echo "ℹ pass 612"; echo "1 unhandled error"; exit 1')).toMatchObject({ exit: 1, passed: 612 });
  });

  it('tells what is missing, or what the project itself does not have yet', async () => {
    expect(await check('no-such-program --all')).toMatchObject({ exit: 127, missing: 'the command no-such-program' });
    const files = {
      ...NODE_TEST,
      'test/a.test.js':
        "import { slug } from '../src/slug.js';\nimport { test } from 'node:test';\ntest('x', () => slug());\n",
    };
    const red = await check('pwd; npm test', files);
    expect(red).toMatchObject({ missing: null, unloaded: [{ kind: 'file', name: 'src/slug.js' }] });
    expect(red.output).not.toContain(red.root);
  });

  it('fails when it takes too long, and says after how many seconds', async () => {
    const late = await check('echo begun; sleep 60', {}, { timeout_s: 1 });
    expect(late).toMatchObject({ exit: 1, missing: 'more than 1 s (check_timeout_s)' });
    expect(late.output).toBe('begun\n\n[killed after 1 s]');
  });

  it('fails when a signal ends it', async () => {
    const killed = await check('echo "✔ a (1ms)"; kill -KILL $$');
    expect(killed.exit).not.toBe(0);
    expect(killed).toMatchObject({ missing: null, passing: ['a'] });
  });

  it('reads output that is no UTF-8, has colours and CRLF', async () => {
    const said = await check("printf '\\377\\376 caf\\351\\r\\n\\033[32m✔ a (1ms)\\033[0m\\r\\nℹ pass 1\\r\\n'");
    expect(said).toMatchObject({ exit: 0, passed: 1, passing: ['a'] });
    expect(said.output).toContain('caf\ufffd\n✔ a');
    expect(said.output).not.toMatch(/[\u001b\r]/);
  });

  it('leaves no process behind', async () => {
    const { exit, output } = await check('(setsid sleep 300 & echo $!) ; (sleep 301 >/dev/null 2>&1 &) ; true');
    expect(exit).toBe(0);
    const pid = /\d+/.exec(output)?.[0] ?? '';
    expect(pid).not.toBe('');
    const alive = existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    expect(alive).toBe(false);
  });

  it('reads every name where the output is too long to be kept', async () => {
    const said = await check('for i in $(seq 4000); do echo "✔ test number $i (0.1ms)"; done; echo "ℹ pass 4000"');
    expect(said.passed).toBe(4000);
    expect(said.passing).toHaveLength(4000);
    expect(said.output.length).toBeLessThan(40_000);
  });

  it('keeps a known secret out of names and output', async () => {
    const redact = (text: string) => text.replaceAll('s3cret-value', '[hidden]');
    const said = await check('echo "✔ logs in with s3cret-value (1ms)"', {}, { redact });
    expect(JSON.stringify(said)).not.toContain('s3cret-value');
    expect(said.passing).toEqual(['logs in with [hidden]']);
  });

  it('runs the line as it is where a runner of that name does not know the flag', async () => {
    const files = {
      vitest: '#!/bin/sh\ntest $# = 1 || { echo "Unknown option: $2" >&2; exit 2; }\necho "ok 1 - ran"\n',
    };
    expect(await check('chmod +x vitest; PATH=.:$PATH; vitest run', files)).toMatchObject({
      exit: 0,
      passing: ['ran'],
    });
  });
});

describe('runners that are here name their tests when asked', () => {
  const live = (name: string, needs: readonly string[], run: () => Promise<void>) => {
    const lacking = needs.filter(program => !hasProgram(program));
    it.skipIf(lacking.length > 0)(lacking.length > 0 ? `${name} (needs ${lacking})` : name, run);
  };

  live('npm test with node:test', ['npm'], async () => {
    expect(await check('npm test', NODE_TEST)).toMatchObject({
      passing: ['one'],
      failing: ['two'],
      passed: 1,
      failed: 1,
    });
  });

  live('pytest, through a Makefile', ['make', 'pytest'], async () => {
    const files = {
      Makefile: 'test:\n\tpython3 -m pytest -q tests\n',
      'tests/test_a.py': 'def test_one():\n    pass\n\n\ndef test_two():\n    assert False\n',
    };
    const said = await check('make test', files);
    expect(said).toMatchObject({
      exit: 2,
      passing: ['tests/test_a.py::test_one'],
      failing: ['tests/test_a.py::test_two'],
    });
  });

  live('a script that calls a script', ['npm'], async () => {
    const say = 'console.log(process.argv.slice(2).join(" "))';
    const files = {
      'package.json': '{"scripts":{"test":"npm run unit","unit":"node jest.js --ci"}}',
      'jest.js': say,
    };
    const { output } = await check('npm test', files);
    expect(output.trimEnd().split('\n').at(-1)).toBe('--ci --verbose');
  });
});
