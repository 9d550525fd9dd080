import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileTools } from '../../src/workspace/files.ts';
import { type Files, failureOf, temporaryFolder, value, writeFiles } from './helpers.ts';

function toolsOn(files: Files) {
  const top = temporaryFolder();
  const root = join(top, 'root');
  mkdirSync(root);
  writeFiles(root, files);
  writeFiles(top, { 'outside/secret.txt': 'secret\n', 'dependency/index.js': 'dep\n' });
  const tools = fileTools(root, ['node_modules'], [join(top, 'dependency')]);
  const bytes = (path: string) => readFileSync(join(root, path), 'utf8');
  return { top, root, tools, bytes };
}

describe('paths', () => {
  const refused: Record<string, string> = {
    '../outside/secret.txt': '".."',
    'a/../../outside/secret.txt': '".."',
    'a/../a.txt': '".."',
    '/etc/passwd': 'absolute',
    'C:\\Windows\\x': 'absolute',
    'a\0b': 'NUL',
    '.git/config': '.git',
    'sub/.GIT/hooks/pre-commit': '.git',
    '.git': '.git',
    '.git ./config': '.git',
    '.git::$INDEX_ALLOCATION/config': '.git',
    'GIT~1/config': '.git',
    '.g\u200cit/config': '.git',
    '\uff0egit/config': '.git',
    '.\uff47\uff49\uff54/config': '.git',
    'sub\\.git\\config': '.git',
    'link/secret.txt': 'symbolic link',
    'file-link': 'symbolic link',
    nowhere: 'leads nowhere',
    'to-git/config': '.git',
  };
  for (const [path, because] of Object.entries(refused)) {
    it(`${JSON.stringify(path)} is refused for reading and writing`, async () => {
      const { root, top, tools } = toolsOn({ 'a.txt': 'a\n', '.git/config': 'c\n' });
      symlinkSync(join(top, 'outside'), join(root, 'link'));
      symlinkSync(join(top, 'outside/secret.txt'), join(root, 'file-link'));
      symlinkSync('missing', join(root, 'nowhere'));
      symlinkSync('.git', join(root, 'to-git'));
      const edit = { path, before: null, after: 'x', bytes: new Uint8Array() };
      for (const result of [
        await tools.read(path),
        await tools.planWrite(path, 'x'),
        await tools.planReplace(path, 'secret', 'x'),
        await tools.apply(edit),
      ]) {
        expect(failureOf(result).code).toBe('input.invalid');
        expect(failureOf(result).message).toContain(because);
      }
      expect(readFileSync(join(top, 'outside/secret.txt'), 'utf8')).toBe('secret\n');
    });
  }

  it('an absolute path inside says what to give instead', async () => {
    const { root, tools } = toolsOn({ 'src/a.txt': 'a\n' });
    expect(failureOf(await tools.read(join(root, 'src/a.txt'))).message).toContain('"src/a.txt"');
  });

  it('a link that stays inside is followed, and the file behind it is edited', async () => {
    const { root, tools, bytes } = toolsOn({ 'real.txt': 'a\n' });
    symlinkSync('real.txt', join(root, 'alias.txt'));
    const edit = value(await tools.planReplace('alias.txt', 'a', 'b'));
    expect(edit.path).toBe('real.txt');
    value(await tools.apply(edit));
    expect(bytes('real.txt')).toBe('b\n');
    expect(statSync(join(root, 'alias.txt')).isFile()).toBe(true);
  });

  it('a link that appears between plan and edit is refused', async () => {
    const { root, top, tools } = toolsOn({});
    const edit = value(await tools.planWrite('new/secret.txt', 'x\n'));
    symlinkSync(join(top, 'outside'), join(root, 'new'));
    expect(failureOf(await tools.apply(edit)).code).toBe('input.invalid');
    expect(readFileSync(join(top, 'outside/secret.txt'), 'utf8')).toBe('secret\n');
  });

  it('linked dependencies may be read, never written', async () => {
    const { root, top, tools } = toolsOn({});
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(join(top, 'dependency'), join(root, 'node_modules/dep'));
    expect(value(await tools.read('node_modules/dep/index.js')).text).toBe('dep\n');
    expect(failureOf(await tools.planWrite('node_modules/dep/index.js', 'x')).code).toBe('input.invalid');
    expect(failureOf(await tools.planWrite('node_modules/new.js', 'x')).message).toContain('dependency folder');
    symlinkSync(join(top, 'outside'), join(root, 'node_modules/out'));
    expect(failureOf(await tools.read('node_modules/out/secret.txt')).code).toBe('input.invalid');
  });
});

describe('reading', () => {
  it('gives text without BOM and carriage returns, and counts lines', async () => {
    const { tools } = toolsOn({ 'w.txt': '\ufeffone\r\ntwo', 'e.txt': '', 'n.txt': 'a\nb\n' });
    expect(value(await tools.read('w.txt'))).toEqual({ text: 'one\ntwo', lines: 2 });
    expect(value(await tools.read('e.txt'))).toEqual({ text: '', lines: 0 });
    expect(value(await tools.read('./n.txt')).lines).toBe(2);
  });

  it('refuses what is not text, a folder and a missing file', async () => {
    const { tools } = toolsOn({
      'i.bin': Buffer.from([1, 0, 2]),
      'l.txt': Buffer.from('caf\x81', 'latin1'),
      'd/x': 'x',
    });
    expect(failureOf(await tools.read('i.bin')).message).toContain('binary, 3 bytes (it holds NUL bytes)');
    expect(failureOf(await tools.read('l.txt')).message).toContain('binary, 4 bytes (it is not valid UTF-8, and');
    expect(failureOf(await tools.planReplace('l.txt', 'caf', 'x')).message).toContain('binary');
    expect(failureOf(await tools.planWrite('l.txt', 'x')).message).toContain('binary');
    expect(failureOf(await tools.read('d')).message).toContain('is a folder');
    expect(failureOf(await tools.read('d/none')).code).toBe('input.not_found');
    expect(failureOf(await tools.read('d/x/y')).code).toBe('input.not_found');
  });
});

describe('editing', () => {
  it('keeps CRLF, BOM, the missing last line end and the mode', async () => {
    const { root, tools, bytes } = toolsOn({ 'w.txt': '\ufeffone\r\ntwo\r\nthree' });
    chmodSync(join(root, 'w.txt'), 0o755);
    value(await tools.apply(value(await tools.planReplace('w.txt', 'one\ntwo', 'one\n1½\ntwo'))));
    expect(bytes('w.txt')).toBe('\ufeffone\r\n1½\r\ntwo\r\nthree');
    expect(statSync(join(root, 'w.txt')).mode & 0o777).toBe(0o755);
    value(await tools.apply(value(await tools.planWrite('w.txt', 'a\nb\n'))));
    expect(bytes('w.txt')).toBe('\ufeffa\r\nb\r\n');
  });

  it('says where the old text is when it is there several times, and what is near when it is not', async () => {
    const { tools } = toolsOn({ 'a.js': 'const a = 1;\nlet x = “quoted”;\nconst a = 1;\n\tindented(call);\n' });
    expect(failureOf(await tools.planReplace('a.js', 'const a', 'x')).message).toContain(
      '2 times in a.js: at lines 1, 3',
    );
    expect(failureOf(await tools.planReplace('a.js', 'let x = "quoted";\nmore();', 'x')).message).toContain(
      'line is 2: "let x = “quoted”;"; you gave "let x = \\"quoted\\";" (white space or quotes differ)',
    );
    expect(failureOf(await tools.planReplace('a.js', 'const b = 12;', 'x')).message).toContain('nearest line is 1');
    expect(failureOf(await tools.planReplace('a.js', '', 'x')).message).toContain('empty');
    expect(failureOf(await tools.planReplace('a.js', 'let', 'let')).message).toContain('same');
  });

  it('is done once: again it finds itself done, and it refuses a file that changed underneath', async () => {
    const { root, tools, bytes } = toolsOn({ 'a.txt': 'one\n' });
    const edit = value(await tools.planReplace('a.txt', 'one', 'two'));
    value(await tools.apply(edit));
    value(await tools.apply(edit));
    writeFileSync(join(root, 'a.txt'), 'three\n');
    expect(failureOf(await tools.apply(edit)).code).toBe('file.changed');
    expect(bytes('a.txt')).toBe('three\n');
    const fresh = value(await tools.planWrite('deep/er/new.txt', 'n'));
    expect(fresh.before).toBeNull();
    value(await tools.apply(fresh));
    expect(bytes('deep/er/new.txt')).toBe('n');
    expect(readdirSync(join(root, 'deep/er'))).toEqual(['new.txt']);
  });

  it('refuses a path whose parent is a file, and text that is none', async () => {
    const { root, tools } = toolsOn({ file: 'x\n' });
    const edit = value(await tools.planWrite('file/inner.txt', 'x'));
    expect(failureOf(await tools.apply(edit)).code).toBe('input.invalid');
    expect(failureOf(await tools.planWrite('a.txt', 'a\0b')).code).toBe('input.invalid');
    expect(failureOf(await tools.planWrite('a.txt', '\ud800')).code).toBe('input.invalid');
    expect(existsSync(join(root, 'a.txt'))).toBe(false);
  });
});
