import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { makeRepository, value } from './helpers.ts';

describe('notes on commits', () => {
  it('are written once, and read byte for byte', async () => {
    const { repository, git, head } = await makeRepository({ 'a.txt': 'a\n' });
    expect(await repository.note(head)).toBeNull();
    expect(await repository.noted()).toEqual([]);
    const text = '{\n  "a": "ü "\n}\n';
    value(await repository.addNote(head, text));
    const tip = git('rev-parse', 'refs/notes/llmclis');
    value(await repository.addNote(head, text));
    expect(git('rev-parse', 'refs/notes/llmclis')).toBe(tip);
    expect(await repository.note(head)).toBe(text);
    expect(await repository.noted()).toEqual([head]);
    expect(await repository.noted('"A"')).toEqual([head]);
    expect(await repository.noted('b')).toEqual([]);
    expect(git('notes', '--ref=llmclis', 'show', head)).toBe(text.trimEnd());
    expect(git('status', '--short')).toBe('');
  });

  it('keep the old text in the history of their ref', async () => {
    const { repository, git, head } = await makeRepository({ 'a.txt': 'a\n' });
    // As git itself files it: without a folder.
    git('notes', '--ref=llmclis', 'add', '-m', 'old', head);
    const old = git('rev-parse', 'refs/notes/llmclis');
    value(await repository.addNote(head, 'new\n'));
    expect(await repository.note(head)).toBe('new\n');
    expect(git('rev-parse', 'refs/notes/llmclis^')).toBe(old);
    expect(git('log', '-1', '--format=%an <%ae>', 'refs/notes/llmclis')).toBe('Ada <ada@example.org>');
  });

  it('are all there when many are written at once', async () => {
    const { repository, open, git, root } = await makeRepository({ 'a.txt': 'a\n' });
    for (let count = 0; count < 5; count++) git('commit', '-q', '--allow-empty', '-m', `Commit ${count}`);
    const commits = execFileSync('git', ['rev-list', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
    const other = await open();
    const written = await Promise.all(
      commits.map((commit, place) => (place % 2 === 0 ? repository : other).addNote(commit, `note of ${commit}\n`)),
    );
    expect(written.every(({ ok }) => ok)).toBe(true);
    expect([...(await repository.noted())].sort()).toEqual([...commits].sort());
    for (const commit of commits) expect(await repository.note(commit)).toBe(`note of ${commit}\n`);
    expect(git('rev-list', '--count', 'refs/notes/llmclis')).toBe(String(commits.length));
  });

  it('of a commit that is not there are refused', async () => {
    const { repository } = await makeRepository({ 'a.txt': 'a\n' });
    expect(await repository.note('HEAD')).toBeNull();
    expect(await repository.note('f'.repeat(40))).toBeNull();
  });
});
