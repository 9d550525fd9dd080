import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { FailureCode, Result } from '../../src/core/failure.ts';
import type { Sandbox } from '../../src/core/workspace.ts';
import { openRepository } from '../../src/workspace/repository.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';

export const PATH = process.env.PATH ?? '/usr/bin:/bin';

export function testClock(): Clock {
  let ticks = 0;
  return { now: () => new Date(1_700_000_000_000 + ticks++), random: () => 0.5, sleep: async () => undefined };
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

export function failureOf(result: Result<unknown>): { code: FailureCode; message: string; hint: string } {
  if (result.ok) throw new Error('expected a failure');
  expect(result.error.hint).not.toBe('');
  return result.error;
}

export function temporaryFolder(name = 'a folder '): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `llmclis-${name}`)));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Files = Readonly<Record<string, string | Buffer>>;

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Runs git as a person would, apart from this machine's settings. */
export function gitBy(folder: string) {
  return (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
    }).trimEnd();
}

/** A repository with one commit of `files`, opened, with a home of its own beside it. */
export async function makeRepository(
  files: Files,
  options: { link?: readonly string[]; sandbox?: (temp: string) => Sandbox; name?: string } = {},
) {
  const top = temporaryFolder(options.name);
  const root = join(top, 'project');
  mkdirSync(root);
  const git = gitBy(root);
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.org');
  writeFiles(root, files);
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'Start');
  const temp = join(top, 'temp');
  mkdirSync(temp);
  const clock = testClock();
  const open = async () =>
    value(
      await openRepository(root, {
        home: join(top, 'home'),
        clock,
        sandbox: options.sandbox?.(temp) ?? plainSandbox({ path: PATH, temp, clock }),
        link: options.link ?? null,
        env: { PATH, HOME: join(top, 'person'), GIT_CONFIG_NOSYSTEM: '1' },
        temp,
      }),
    );
  const repository = await open();
  const head = git('rev-parse', 'HEAD');
  const worktree = join(top, 'home', 'worktrees', 'T-1');
  const openWorkspace = async (fresh = false, base = head) =>
    value(await repository.openWorkspace({ path: worktree, base, fresh }));
  return { top, root, temp, git, repository, open, head, worktree, openWorkspace };
}
