import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANSWER } from '../../src/agents/answer.ts';
import { TOOLS } from '../../src/agents/tools.ts';
import { makeRepository } from '../workspace/helpers.ts';

/** Calls tools by name in a real worktree of these files. */
async function tools(files: Readonly<Record<string, string | Buffer>>) {
  const { workspace } = await (await makeRepository(files)).openWorkspace();
  const context = {
    workspace,
    recall: async () => [],
    redact: (text: string) => text,
    permission: () => 'open' as const,
    note: () => undefined,
  };
  const call = async (name: string, input: object) => {
    const tool = TOOLS.find(({ spec }) => spec.name === name);
    if (tool === undefined) throw new Error(`There is no tool ${name}.`);
    return (await tool.start(input, context)).run();
  };
  return { call, bytes: (path: string) => readFileSync(join(workspace.root, path)) };
}

describe('tools on files', () => {
  it('edit_file says what the file has where the match was not to the letter', async () => {
    const { call, bytes } = await tools({ 'a.js': 'say(“hi”, 1);\r\n' });
    const answer = await call('edit_file', { path: 'a.js', old: 'say("hi", 1);', new: 'say("hi", 2);' });
    expect(answer.is_error).toBe(false);
    expect(answer.text).toMatch(
      /^Changed a\.js \(\d+ bytes\)\. The old text was not there to the letter.*say\(“hi”, 1\);/,
    );
    expect(bytes('a.js').toString()).toBe('say(“hi”, 2);\r\n');
    expect((await call('edit_file', { path: 'a.js', old: '“hi”', new: 'x' })).text).toMatch(
      /^Changed a\.js \(\d+ bytes\)\.$/,
    );
  });

  it('write_file of what is there already changes nothing, whatever the line ends', async () => {
    const { call, bytes } = await tools({ 'a.txt': Buffer.from('né\r\nb\n', 'latin1') });
    expect((await call('write_file', { path: 'a.txt', content: 'né\nb\n' })).text).toContain(
      'exactly this content already',
    );
    expect(bytes('a.txt').toString('latin1')).toBe('né\r\nb\n');
  });

  it('read_file goes on in a long line by its column', async () => {
    const { call } = await tools({ 'long.txt': `first\n${'x'.repeat(5000)}END\n` });
    expect((await call('read_file', { path: 'long.txt' })).text).toContain(
      'read on with offset 2, limit 1, column 2001',
    );
    expect((await call('read_file', { path: 'long.txt', offset: 2, limit: 1, column: 4001 })).text).toMatch(
      /^x{1000}END\n/,
    );
  });

  it('shows no answer that is longer than a model should see', async () => {
    const names = Object.fromEntries(
      Array.from({ length: 450 }, (_, at) => [`${'n'.repeat(100)}${at}.txt`, `${'needle '.repeat(50)}\n`]),
    );
    const { call } = await tools(names);
    const command = 'yes "a line of some words" | head -c 300000';
    for (const answer of [
      await call('list_files', {}),
      await call('search_text', { pattern: 'needle' }),
      await call('run_command', { command }),
    ]) {
      expect(answer.text.length).toBeLessThanOrEqual(ANSWER);
      expect(answer.text.length).toBeGreaterThan(20_000);
      expect(answer.text).toMatch(/left out here/);
    }
  });
});
