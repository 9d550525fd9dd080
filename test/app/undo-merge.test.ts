import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app.ts';
import { undo } from '../../src/cli/commands/undo.ts';
import { must, type, typeJson } from '../cli/app.ts';
import { git as gitIn, makeRepository, read, temporaryFolder, writeFiles } from '../support/repository.ts';

const SHIPPED = join(import.meta.dirname, '../..');
const FILES = { 'a.txt': 'one\ntwo\nthree\nfour\nfive\n', 'b.txt': 'b\n' };

/** A project with tasks whose work is merged as a run merges it: one commit each on a branch. */
function world(files: Readonly<Record<string, string>> = FILES) {
  const folder = temporaryFolder();
  const root = makeRepository(files, join(folder, 'project'));
  const app = openApp({
    env: { ...process.env, LLMCLIS_HOME: join(folder, 'home') },
    cwd: root,
    version: '0.0.0',
    shipped: SHIPPED,
  });
  onTestFinished(() => app.close());
  const km = must(app.km());
  const project = must(km.addProject({ name: 'undo', root }));
  const git = (...args: string[]) => gitIn(root, ...args);
  const task = (key: string) => must(km.task(project.id, key));
  /** Commits these files on a branch, without touching the working copy when it is not checked out, and sets the task to done. */
  const done = (key: string, changes: Readonly<Record<string, string>>, branch = 'main', depends_on: string[] = []) => {
    const { id } = must(km.addTask({ project_id: project.id, key, title: `Task ${key}`, depends_on }, 'test'));
    const place = join(folder, `work-${key}`);
    const isHere = git('symbolic-ref', '--short', 'HEAD') === branch;
    const at = isHere ? root : place;
    if (!isHere) {
      const exists = git('branch', '--list', branch) !== '';
      git('worktree', 'add', '--quiet', ...(exists ? [place, branch] : ['-b', branch, place]));
    }
    writeFiles(at, changes);
    gitIn(at, 'add', '--all', '--', ...Object.keys(changes));
    gitIn(at, 'commit', '--quiet', '-m', `${key}: Task ${key}`, '--', ...Object.keys(changes));
    const commit = gitIn(at, 'rev-parse', 'HEAD');
    if (!isHere) git('worktree', 'remove', '--force', place);
    must(km.markTaskStatus(id, 'done', { agent: 'llmclis', proof: 'red-green', commit }));
    return commit;
  };
  const file = (path: string, at = 'HEAD') => git('show', `${at}:${path}`);
  const undone = async (...words: string[]) => (await typeJson(undo, app, words)).json;
  return { folder, root, app, km, project, git, task, done, file, undone };
}

describe('llmclis undo', () => {
  it('takes a task back on the checked-out branch, keeps what came after it, and opens the task', async () => {
    const { root, done, undone, task, git, km } = world();
    const commit = done('S1.1', { 'a.txt': 'ONE\ntwo\nthree\nfour\nfive\n', 'new/x.txt': 'x\n' });
    done('S1.2', { 'a.txt': 'ONE\ntwo\nthree\nfour\nFIVE\n' }, 'main', ['S1.1']);
    const answer = await undone('S1.1');
    expect(answer).toMatchObject({
      commit,
      already: false,
      dry_run: false,
      built_on_it: ['S1.2'],
      task: { key: 'S1.1', status: 'pending' },
    });
    expect(read(root, 'a.txt')).toBe('one\ntwo\nthree\nfour\nFIVE\n');
    expect(existsSync(join(root, 'new'))).toBe(false);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('log', '-1', '--format=%s%n%an%n%b')).toBe(
      `Undo S1.1: Task S1.1\nTest\nTakes the work of S1.1 back.\n\nUndoes: ${commit}\nTask: S1.1`,
    );
    const { text } = km.notes(task('S1.1').id).at(-1) ?? { text: '' };
    expect(text).toContain(commit);
    expect(text).toContain(`${git('rev-parse', 'HEAD')} on main`);
    expect(task('S1.1').proof).toBeNull();
  });

  it('twice is once, also when a person reverted it by hand', async () => {
    const { done, undone, git, app } = world();
    done('S1.1', { 'b.txt': 'B\n' });
    await undone('S1.1');
    const head = git('rev-parse', 'HEAD');
    expect(await undone('S1.1')).toMatchObject({ already: true, on: [{ branch: 'main', undo: head }], changes: [] });
    expect((await type(undo, app, ['S1.1'])).out).toContain('taken back already');
    expect(git('rev-parse', 'HEAD')).toBe(head);
    const commit = done('S1.2', { 'b.txt': 'BB\n' });
    git('revert', '--no-edit', commit);
    expect(await undone('S1.2')).toMatchObject({ already: false, changes: [], task: { status: 'pending' } });
    expect(git('log', '-1', '--format=%s')).toBe('Revert "S1.2: Task S1.2"');
  });

  it('can be undone by git revert, and done again after that', async () => {
    const { done, undone, git, file, km, task } = world();
    const commit = done('S1.1', { 'b.txt': 'B\n' });
    await undone('S1.1');
    git('revert', '--no-edit', 'HEAD');
    expect(file('b.txt')).toBe('B');
    must(km.markTaskStatus(task('S1.1').id, 'done', { agent: 'person', proof: 'accepted-by-person', commit }));
    await undone('S1.1');
    expect(file('b.txt')).toBe('b');
    expect(await undone('S1.1')).toMatchObject({ already: true });
  });

  it('says what it would do, and does nothing', async () => {
    const { done, undone, git, task, app } = world();
    const commit = done('S1.1', { 'b.txt': 'B\n' });
    const answer = await undone('S1.1', '--dry_run');
    expect(answer).toMatchObject({
      dry_run: true,
      changes: [{ path: 'b.txt', status: 'modified' }],
      on: [{ branch: 'main', undo: null }],
    });
    expect((await type(undo, app, ['S1.1', '--dry_run'])).out).toMatch(
      /Would take back.*\n {2}main: by a new commit\n {2}modified {2}b.txt/,
    );
    expect([git('rev-parse', 'HEAD'), task('S1.1').status]).toEqual([commit, 'done']);
  });

  it('never touches what a person has not committed', async () => {
    const { root, done, undone, git } = world();
    done('S1.1', { 'a.txt': 'ONE\n' });
    writeFileSync(join(root, 'b.txt'), 'mine\n');
    writeFileSync(join(root, 'untracked.txt'), 'mine too\n');
    await undone('S1.1');
    expect(read(root, 'a.txt')).toBe(FILES['a.txt']);
    expect(git('status', '--porcelain')).toBe('M b.txt\n?? untracked.txt');
    expect(read(root, 'b.txt')).toBe('mine\n');
  });

  const conflicts: Record<string, { later: (of: ReturnType<typeof world>) => void; says: string }> = {
    'a later task': {
      later: ({ done }) => void done('S1.2', { 'b.txt': 'later\n' }),
      says: 'Later work changed the same places. Both sides changed b.txt',
    },
    'a person’s commit': {
      later: ({ root, git }) => {
        writeFileSync(join(root, 'b.txt'), 'a person\n');
        git('commit', '--quiet', '-am', 'By hand');
      },
      says: 'Both sides changed b.txt',
    },
    'a file that was deleted later': {
      later: ({ git }) => {
        git('rm', '--quiet', 'b.txt');
        git('commit', '--quiet', '-m', 'Gone');
      },
      says: 'b.txt',
    },
    'a change that is not committed': {
      later: ({ root }) => writeFileSync(join(root, 'b.txt'), 'mine\n'),
      says: 'Your working copy has its own changes in b.txt',
    },
    'a staged change': {
      later: ({ root, git }) => {
        writeFileSync(join(root, 'b.txt'), 'mine\n');
        git('add', 'b.txt');
        writeFileSync(join(root, 'b.txt'), 'B\n');
      },
      says: 'Your working copy has its own changes in b.txt',
    },
  };
  for (const [name, { later, says }] of Object.entries(conflicts)) {
    it(`gives way to ${name}: nothing is changed, and a task for a person keeps it, once`, async () => {
      const there = world();
      there.done('S1.1', { 'b.txt': 'B\n' });
      later(there);
      const look = () => [
        there.git('rev-parse', 'HEAD'),
        there.git('status', '--porcelain'),
        there.git('stash', 'create') === '',
      ];
      const before = look();
      for (const _ of [1, 2]) {
        const { exit, err } = await type(undo, there.app, ['S1.1']);
        expect(exit).toBe(6);
        expect(err).toContain(says);
        expect(err).toContain('nothing was changed');
      }
      expect(look()).toEqual(before);
      expect(there.task('S1.1').status).toBe('done');
      const { tasks } = must(there.km.searchTasks(there.project.id, 'assignee:person'));
      expect(tasks).toMatchObject([
        { title: 'Undo S1.1 by hand', status: 'blocked', reason: 'needs_input', role: null, discovered_from: ['S1.1'] },
      ]);
      expect(tasks[0]?.reason_detail).toContain('b.txt');
    });
  }

  it('only tells of a conflict when it is a dry run, and closes the task for a person once it is done', async () => {
    const { root, app, km, project, done, git, undone } = world();
    done('S1.1', { 'b.txt': 'B\n' });
    writeFileSync(join(root, 'b.txt'), 'mine\n');
    expect((await type(undo, app, ['S1.1'])).exit).toBe(6);
    git('checkout', '--quiet', 'b.txt');
    await undone('S1.1');
    expect(must(km.searchTasks(project.id, 'assignee:person')).tasks).toMatchObject([{ status: 'cancelled' }]);
    done('S1.2', { 'b.txt': 'B\n' });
    done('S1.3', { 'b.txt': 'C\n' });
    expect((await type(undo, app, ['S1.2', '--dry_run'])).exit).toBe(6);
    expect(must(km.searchTasks(project.id, 'assignee:person is:open')).total).toBe(0);
  });

  it('works on a run branch that the person has not taken over, and leaves their branch alone', async () => {
    const { done, undone, git, file } = world();
    const start = git('rev-parse', 'main');
    done('S1.1', { 'b.txt': 'B\n' }, 'llmclis/run-1');
    done('S1.2', { 'a.txt': 'A\n' }, 'llmclis/run-1');
    expect(await undone('S1.1')).toMatchObject({ on: [{ branch: 'llmclis/run-1' }] });
    expect([file('a.txt', 'llmclis/run-1'), file('b.txt', 'llmclis/run-1')]).toEqual(['A', 'b']);
    expect(git('rev-parse', 'main')).toBe(start);
    expect(git('status', '--porcelain')).toBe('');
  });

  it('follows the work to where the person merged it, and to the run branch that goes on', async () => {
    const { done, undone, git, file } = world();
    done('S1.1', { 'b.txt': 'B\n' }, 'llmclis/run-1');
    git('merge', '--quiet', '--no-ff', '-m', 'Take it over', 'llmclis/run-1');
    const run = git('rev-parse', 'llmclis/run-1');
    expect(await undone('S1.1')).toMatchObject({ on: [{ branch: 'main' }] });
    expect([file('b.txt'), git('rev-parse', 'llmclis/run-1')]).toEqual(['b', run]);
    done('S1.2', { 'b.txt': 'BB\n' }, 'llmclis/run-2');
    git('merge', '--quiet', '--no-ff', '-m', 'Take it over', 'llmclis/run-2');
    done('S1.3', { 'a.txt': 'A\n' }, 'llmclis/run-2');
    expect(await undone('S1.2')).toMatchObject({ on: [{ branch: 'main' }, { branch: 'llmclis/run-2' }] });
    expect([file('b.txt'), file('b.txt', 'llmclis/run-2'), file('a.txt', 'llmclis/run-2')]).toEqual(['b', 'b', 'A']);
    git('merge', '--quiet', '--no-edit', 'llmclis/run-2');
    expect([file('a.txt'), file('b.txt')]).toEqual(['A', 'b']);
  });

  it('leaves the branch of a task alone that waits for review: it was merged nowhere', async () => {
    const { done, undone, git, km, task, app } = world();
    const commit = done('S1.1', { 'b.txt': 'B\n' }, 'llmclis/task-S1.1');
    const would = (await type(undo, app, ['S1.1', '--dry_run'])).out;
    expect(would).toContain('Would make the task pending again.');
    expect(would).not.toContain('take back');
    expect(await undone('S1.1')).toMatchObject({ on: [], task: { status: 'pending' }, already: false });
    expect(git('rev-parse', 'llmclis/task-S1.1')).toBe(commit);
    expect(km.notes(task('S1.1').id).at(-1)?.text).toContain('stays on llmclis/task-S1.1');
    expect(await undone('S1.1')).toMatchObject({ already: true });
  });

  it('finishes what a kill left: the commit is there, the task is not open yet', async () => {
    const { done, undone, git, task, km } = world();
    done('S1.1', { 'b.txt': 'B\n' });
    await undone('S1.1');
    const head = git('rev-parse', 'HEAD');
    must(
      km.markTaskStatus(task('S1.1').id, 'done', {
        agent: 'x',
        proof: 'red-green',
        commit: git('rev-parse', 'HEAD~1'),
      }),
    );
    expect(await undone('S1.1')).toMatchObject({ already: false, on: [{ undo: head }], task: { status: 'pending' } });
    expect(git('rev-parse', 'HEAD')).toBe(head);
  });

  it('finishes what a kill left: files are as they will be, the branch is not, and the lock of the dead is there', async () => {
    const { root, done, undone, git, file } = world();
    done('S1.1', { 'a.txt': 'A\n', 'b.txt': 'B\n', 'new.txt': 'n\n' });
    writeFileSync(join(root, 'b.txt'), FILES['b.txt']);
    rmSync(join(root, 'new.txt'));
    writeFileSync(join(root, '.git/index.lock'), 'llmclis 999999999\n');
    expect(await undone('S1.1')).toMatchObject({ task: { status: 'pending' } });
    expect([file('a.txt'), file('b.txt')]).toEqual([FILES['a.txt'].trim(), 'b']);
    expect(git('status', '--porcelain')).toBe('');
  });

  it('says what is missing: never done, no commit, a branch that is not in use, at work', async () => {
    const { app, km, project, done, git } = world();
    const add = (key: string) => must(km.addTask({ project_id: project.id, key, title: key }, 'test')).id;
    add('S2.1');
    must(km.markTaskStatus(add('S2.2'), 'done', { agent: 'person', proof: 'accepted-by-person' }));
    must(km.claimTask(add('S2.3'), { holder: 'worker', ttl_s: 600 }));
    done('S2.4', { 'b.txt': 'B\n' }, 'elsewhere');
    const said = async (key: string) => {
      const { exit, err } = await type(undo, app, [key]);
      return `${exit} ${err}`;
    };
    expect(await said('S2.1')).toMatch(/^2 .*was never done/s);
    expect(await said('S2.2')).toMatch(/^2 .*without a commit.*llmclis task reopen S2.2/s);
    expect(await said('S2.3')).toMatch(/^2 .*being worked on by worker/s);
    expect(await said('S2.4')).toMatch(/^2 .*is on no branch that is in use.*git branch --contains/s);
    expect(await said('S9.9')).toMatch(/^2 /);
    expect(git('status', '--porcelain')).toBe('');
  });

  it('writes the plan, and keeps bytes that git would show as they are', async () => {
    const { root, done, undone } = world({
      'b.txt': 'one\r\ntwo\n',
      'plans.md': '# Plan\n\n## S1 Stage\n\n- [ ] **S1.1** Task\n',
    });
    writeFileSync(join(root, '.gitattributes'), '');
    const before = readFileSync(join(root, 'b.txt'));
    done('S9.1', { 'b.txt': 'one\r\nTWO\n' });
    await undone('S9.1');
    expect(readFileSync(join(root, 'b.txt')).equals(before)).toBe(true);
    expect(read(root, 'plans.md')).toContain('[ ]');
  });
});
