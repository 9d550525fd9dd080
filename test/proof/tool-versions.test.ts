import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import { ok, type Result } from '../../src/core/failure.ts';
import type { CommandResult } from '../../src/core/workspace.ts';
import { toolVersions } from '../../src/proof/tool-versions.ts';

const ended = (output: string): Result<CommandResult> =>
  ok({ exit: 0, timed_out: false, output, bytes: output.length, file: null, ms: 1 });

it('asks once for the tools that the files and the checks name', async () => {
  const asked: string[] = [];
  const run = async (command: string) => {
    asked.push(command);
    const said = [
      'git git version 2.39.5',
      'node v24.21.0',
      'go go version go1.26.8 linux/amd64',
      'pytest pytest 8.3.4',
    ];
    return ended(said.map(text => `llmclis-version ${text}\n`).join(''));
  };
  expect(await toolVersions(run, ['go.mod', 'src/a.js'], ['pytest -q'])).toEqual({
    git: '2.39.5',
    node: '24.21.0',
    go: '1.26.8',
    pytest: '8.3.4',
  });
  expect(asked.length).toBe(1);
  expect(asked[0]).not.toContain('cargo');
});

it('leaves out what is not there, and knows what is', async () => {
  const run = (command: string) =>
    new Promise<Result<CommandResult>>(resolve => {
      const env = { PATH: process.env.PATH ?? '' };
      execFile('bash', ['-c', command.replace('php --version', 'no-such-program --version')], { env }, (_, output) =>
        resolve(ended(output)),
      );
    });
  const found = await toolVersions(run, ['a.php'], []);
  expect(Object.keys(found)).toEqual(['git']);
  expect(found.git).toMatch(/^\d+\.\d+/);
});
