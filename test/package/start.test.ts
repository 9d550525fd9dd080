import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/repository.ts';

const root = join(import.meta.dirname, '../..');

describe('the start of the bundle', () => {
  it('reads three files for next: the entry, the hot chunk and the bundler’s helpers', () => {
    const folder = temporaryFolder();
    const env = { PATH: process.env.PATH, LLMCLIS_HOME: join(folder, 'home'), LOADED: join(folder, 'loaded.txt') };
    const llmclis = (node: readonly string[], words: readonly string[]) =>
      execFileSync(process.execPath, [...node, join(root, 'dist/bin.js'), ...words], { cwd: folder, env });
    execFileSync('git', ['init', '--quiet', folder]);
    llmclis([], ['project', 'add']);
    llmclis(['--import', join(root, 'test/cli/loaded.mjs')], ['next']);
    const loaded = readFileSync(env.LOADED, 'utf8').split('\n');
    expect(loaded.filter(url => url.includes('/dist/'))).toHaveLength(3);
  });

  it.each([
    ['task', 'add', 'One more'],
    ['task', 'done', 'K1'],
    ['next', '--claim', '--worker', 'laptop'],
  ])('reads no plan parser for %s %s where there is no plan file', (...words) => {
    const folder = temporaryFolder();
    const env = { PATH: process.env.PATH, LLMCLIS_HOME: join(folder, 'home'), LOADED: join(folder, 'loaded.txt') };
    const llmclis = (node: readonly string[], words: readonly string[]) =>
      execFileSync(process.execPath, [...node, join(root, 'dist/bin.js'), ...words], { cwd: folder, env });
    llmclis([], ['project', 'add']);
    // The first command looks for plan files and remembers that there are none.
    llmclis([], ['task', 'add', 'The first', '--key', 'K1']);
    llmclis(['--import', join(root, 'test/cli/loaded.mjs')], words);
    const loaded = readFileSync(env.LOADED, 'utf8')
      .split('\n')
      .filter(url => url.includes('/dist/'));
    expect(loaded.filter(url => url.includes('plan-commands'))).toEqual([]);
    // The entry, the hot chunk, the bundler's helpers, the command and what it shares with others.
    expect(loaded.length).toBeLessThanOrEqual(6);
  });
});
