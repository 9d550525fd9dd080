import { mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Files, failureOf, makeRepository, value, writeFiles } from './helpers.ts';

const open = async (files: Files) => {
  const made = await makeRepository(files);
  return { ...made, workspace: (await made.openWorkspace()).workspace };
};

describe('list', () => {
  it('shows tracked and new files, not ignored, deleted or linked ones', async () => {
    const made = await makeRepository({
      '.gitignore': 'node_modules/\n*.log\n',
      'src/a.js': 'a',
      'src/deep/b.ts': 'b',
      'gone.js': 'g',
    });
    writeFiles(made.root, { 'node_modules/dep/index.js': 'd' });
    const { workspace } = await made.openWorkspace();
    writeFiles(workspace.root, { 'ü new.js': 'n', 'x.log': 'l' });
    unlinkSync(join(workspace.root, 'gone.js'));
    expect(value(await workspace.list())).toEqual(['.gitignore', 'src/a.js', 'src/deep/b.ts', 'ü new.js']);
    expect(value(await workspace.list('src'))).toEqual(['src/a.js', 'src/deep/b.ts']);
    expect(value(await workspace.list('', '*.js'))).toEqual(['src/a.js', 'ü new.js']);
    expect(value(await workspace.list('src', 'deep/*.ts'))).toEqual(['src/deep/b.ts']);
    expect(value(await workspace.list('.', 'src/**/*.{js,ts}'))).toEqual(['src/a.js', 'src/deep/b.ts']);
    expect(value(await workspace.list('src/a.js'))).toEqual(['src/a.js']);
    expect(failureOf(await workspace.list('nope')).code).toBe('input.not_found');
    expect(failureOf(await workspace.list('../..')).code).toBe('input.invalid');
  });
});

describe('search', () => {
  it('gives path, line and clipped text, at most 200', async () => {
    const { workspace, top } = await open({
      'a.js': 'one\r\ntwo needle\r\n',
      'long.txt': `${'x'.repeat(1000)} needle\n`,
      'deep.txt': `${'y'.repeat(3000)}needle\n`,
      'many.txt': 'many\n'.repeat(500),
      'b.bin': Buffer.from('needle\0'),
    });
    mkdirSync(join(top, 'outside'));
    writeFiles(top, { 'outside/secret.txt': 'needle' });
    symlinkSync(join(top, 'outside/secret.txt'), join(workspace.root, 'leak.txt'));
    const hits = value(await workspace.search('n[e]+dle'));
    expect(hits.map(hit => [hit.path, hit.line, hit.text.length])).toEqual([
      ['a.js', 2, 10],
      ['long.txt', 1, 300],
    ]);
    expect(value(await workspace.search('many'))).toHaveLength(200);
    expect(value(await workspace.search('needle', 'long.txt'))).toHaveLength(1);
  });

  it('reads every encoding that read_file reads, and nothing behind a link', async () => {
    const { workspace, top } = await open({
      'wide.txt': Buffer.from('\ufeffone\r\ngr\u00fcn needle\r\n', 'utf16le'),
      'latin.txt': Buffer.from('caf\xe9 needle\n', 'latin1'),
      'other.txt': Buffer.from([0x81, 0x20, 0x6e, 0x65, 0x65, 0x64, 0x6c, 0x65]),
      'src/a.js': 'needle\n',
    });
    writeFiles(top, { 'outside/a.js': 'needle, and a secret\n' });
    rmSync(join(workspace.root, 'src'), { recursive: true });
    symlinkSync(join(top, 'outside'), join(workspace.root, 'src'));
    const hits = value(await workspace.search('needle'));
    expect(hits.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([
      'latin.txt:1: caf\u00e9 needle',
      'other.txt:1: \ufffd needle',
      'wide.txt:2: gr\u00fcn needle',
    ]);
  });

  it('says what is wrong with a pattern, also with one that would never end', async () => {
    const { workspace } = await open({ 'a.txt': `${'a'.repeat(60)}!\n` });
    expect(failureOf(await workspace.search('(')).message).toContain('not valid');
    expect(failureOf(await workspace.search('(a+)+$')).message).toContain('takes too long on a.txt');
  });
});
