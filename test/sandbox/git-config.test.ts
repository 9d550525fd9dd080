import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maskedGitFiles, withoutCredentials } from '../../src/workspace/sandbox/git-config.ts';
import { gitBy, temporaryFolder, writeFiles } from '../workspace/helpers.ts';

const TOKEN = 'ghp_canary4711';

describe('a git configuration shown in the sandbox', () => {
  it.each([
    ['a password in an address', `[remote "origin"]\n\turl = https://ada:${TOKEN}@github.com/a/b.git\n`],
    ['a token as the user', `[remote "origin"]\n\turl = https://${TOKEN}@github.com/a/b.git\n`],
    ['an address to push to', `[remote "o"]\n\tpushurl = "https://x:${TOKEN}@example.org/b"\n`],
    ['a password for ssh', `[remote "o"]\n\turl = ssh://git:${TOKEN}@example.org/b\n`],
    ['a header', `[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic ${TOKEN}\n`],
    ['a header in two lines', `[http]\n\textraHeader = AUTHORIZATION: \\\n basic ${TOKEN}\n[core]\n\tbare = false\n`],
    ['a key on the line of its section', `[http] extraheader = ${TOKEN}\n`],
    ['a rewritten address', `[url "https://x:${TOKEN}@github.com/"]\n\tinsteadOf = git@github.com:\n`],
    ['a helper', `[credential]\n\thelper = "!echo password=${TOKEN}"\n`],
    ['a helper of one host', `[credential "https://example.org"]\n\tusername = ada\n\thelper = ${TOKEN}\n`],
    ['a token of a tool', `[github]\n\toauth = ${TOKEN}\n`],
    ['a mail password', `[sendemail]\n\tsmtppass = ${TOKEN}\n`],
    ['a proxy', `[http]\n\tproxy = http://u:${TOKEN}@proxy:3128\n`],
    ['Windows line endings', `[http]\r\n\textraheader = ${TOKEN}\r\n`],
  ])('has lost %s', (_, text) => {
    expect(withoutCredentials(text)).not.toContain(TOKEN);
  });

  it('keeps everything else, byte for byte', () => {
    const text =
      '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tautocrlf = input ; \\\\\n[remote "origin"]\n\turl = git@github.com:a/b.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[remote "s"]\n\turl = ssh://git@example.org/b\n[user]\n\tname = Ada \\"x\\"\n\temail = ada@example.org\n[branch "main"]\n\tremote = origin\n[extensions]\n\tworktreeConfig = true\n';
    expect(withoutCredentials(text)).toBe(text);
  });

  it('goes on after a section that was left out', () => {
    const text = `[credential]\n\thelper = store\n[user]\n\tname = Ada\n`;
    expect(withoutCredentials(text)).toBe('[user]\n\tname = Ada\n');
  });

  it('is still read by git', () => {
    const folder = temporaryFolder();
    const git = gitBy(folder);
    git('init', '-q');
    git('remote', 'add', 'origin', `https://ada:${TOKEN}@example.org/a.git`);
    git('config', 'http.https://example.org/.extraheader', `AUTHORIZATION: ${TOKEN}`);
    git('config', 'user.name', 'Ada');
    git('config', `url.https://${TOKEN}@example.org/.insteadOf`, 'ex:');
    const config = join(folder, '.git/config');
    writeFiles(folder, { shown: withoutCredentials(readFileSync(config, 'utf8')) });
    const seen = git('config', '--file', join(folder, 'shown'), '--list');
    expect(seen).toContain('remote.origin.url=https://example.org/a.git');
    expect(seen).toContain('user.name=Ada');
    expect(seen).not.toContain(TOKEN);
  });
});

describe('the files of a git folder', () => {
  it('that hold a token are found: of the folder, its worktrees and its submodules', async () => {
    const folder = temporaryFolder();
    const secret = `[remote "o"]\n\turl = https://x:${TOKEN}@example.org/a\n`;
    writeFiles(folder, {
      HEAD: 'ref: refs/heads/main\n',
      config: secret,
      FETCH_HEAD: `0000\t\tbranch 'main' of https://x:${TOKEN}@example.org/a\n`,
      'worktrees/one/config.worktree': secret,
      'modules/lib/HEAD': 'ref: x\n',
      'modules/lib/config': secret,
      'modules/deep/er/HEAD': 'ref: x\n',
      'modules/deep/er/config': secret,
      'modules/deep/er/modules/inner/HEAD': 'ref: x\n',
      'modules/deep/er/modules/inner/config': secret,
      'logs/HEAD': 'nothing to hide\n',
      'logs/refs/heads/feature/one': `0 1 A <a@b> 1 +0\tpull https://x:${TOKEN}@example.org/a: Fast-forward\n`,
    });
    const masked = await maskedGitFiles(folder);
    expect(masked.map(({ path }) => path.slice(folder.length + 1)).sort()).toEqual([
      'FETCH_HEAD',
      'config',
      'logs/refs/heads/feature/one',
      'modules/deep/er/config',
      'modules/deep/er/modules/inner/config',
      'modules/lib/config',
      'worktrees/one/config.worktree',
    ]);
    expect(JSON.stringify(masked.map(({ text }) => text))).not.toContain(TOKEN);
  });

  it('are none in a folder that git does not know, or that hides nothing', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'plain'));
    writeFiles(folder, { config: `url = https://x:${TOKEN}@example.org\n` });
    expect(await maskedGitFiles(folder)).toEqual([]);
    gitBy(join(folder, 'plain'))('init', '-q');
    expect(await maskedGitFiles(join(folder, 'plain/.git'))).toEqual([]);
  });
});
