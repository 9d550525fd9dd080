import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, ok, type Result } from '../core/failure.ts';

type GitOutput = { readonly stdout: string; readonly code: number };
type GitCall = {
  /** Written to git's standard input. */
  readonly input?: string;
  /** Added to the environment, after everything else (`GIT_INDEX_FILE`, dates, identity). */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer; any other is an `err`. Default: 0 only. */
  readonly accept?: readonly number[];
  /** Bytes of output kept; what comes after is read and dropped. */
  readonly max_bytes?: number;
};
/** Runs git in one folder. */
export type Git = (args: readonly string[], call?: GitCall) => Promise<Result<GitOutput>>;

/** A repository's hooks and monitors are programs of the repository: none of them runs by us. */
const SAFE_CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.safecrlf=false',
  'core.quotePath=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'i18n.commitEncoding=UTF-8',
].flatMap(setting => ['-c', setting]);

const KEPT_GIT_VARIABLES = ['GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'];

/** The environment git runs in: the given one without any `GIT_…` that would point it elsewhere, in plain English. */
function gitEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT_GIT_VARIABLES.includes(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };
}

/** Starts git with a fixed folder, environment and leading arguments. */
export const gitIn =
  (folder: string, env: Readonly<Record<string, string>>, leading: readonly string[] = []): Git =>
  (args, call = {}) =>
    runGit(folder, [...leading, ...args], { ...call, env: { ...gitEnvironment(env), ...call.env } });

/**
 * Runs the `git` binary in `root` with exactly `call.env` as its environment. Errors: `git.failed` with git's own words when it
 * cannot start or ends with a code that `accept` does not list.
 */
export async function runGit(
  root: string,
  args: readonly string[],
  call: GitCall & { readonly env: Readonly<Record<string, string>> },
): Promise<Result<GitOutput>> {
  if (!existsSync(root)) return fail('git.failed', `The folder ${root} is not there.`, 'Check the project’s folder.');
  for (let tries = 1; ; tries += 1) {
    const { result, again } = await attempt(root, args, call);
    if (!again || tries >= TRIES) return result;
    await pause(TRY_MS);
  }
}

/** Milliseconds between two tries of a git that never began its work, and how many there are. */
const TRY_MS = 25;
const TRIES = 20;
/** Git looks at every worktree of the repository, and another run is just making or removing one. */
const MEANWHILE = /(?:failed to read|could not open|unable to read) '?\S*worktrees\//;

/**
 * One process. `again`: it ended before it did anything, by a SIGINT (Ctrl-C reaches a child that has not left our group yet, and
 * the caller decides when to stop) or because of another run's worktree.
 */
function attempt(
  root: string,
  args: readonly string[],
  call: GitCall & { readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly result: Result<GitOutput>; readonly again: boolean }> {
  const max = call.max_bytes ?? Number.POSITIVE_INFINITY;
  return new Promise(resolve => {
    const end = (result: Result<GitOutput>, again = false): void => resolve({ result, again });
    // A group of its own: Ctrl-C in a terminal reaches everyone in ours, and a git that dies of it fails the work in hand.
    const detached = process.platform !== 'win32';
    const child = spawn('git', [...SAFE_CONFIG, ...args], { cwd: root, env: { ...call.env }, detached });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (bytes < max) chunks.push(chunk.subarray(0, max - bytes));
      bytes += chunk.length;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = `${complaint}${text}`.slice(-4000);
    });
    child.on('error', error =>
      end(fail('git.failed', `git could not be started: ${error.message}`, 'Install git: sudo apt-get install git')),
    );
    child.on('close', (code, signal) => {
      const exit = code ?? -1;
      if ((call.accept ?? [0]).includes(exit)) {
        const half = exit !== 0 && MEANWHILE.test(complaint);
        end(ok({ stdout: Buffer.concat(chunks).toString('utf8'), code: exit }), half);
        return;
      }
      const said = complaint.trim() || (signal === null ? `exit code ${exit}` : `ended by ${signal}`);
      end(
        fail('git.failed', `git ${verbOf(args)} failed: ${said}`, hintFor(said)),
        signal === 'SIGINT' || MEANWHILE.test(said),
      );
    });
    // git may end before it has read everything; its exit code tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input ?? '');
  });
}

/** The subcommand among arguments that may begin with global options. */
function verbOf(args: readonly string[]): string {
  const withValue = ['-c', '-C', '--git-dir', '--work-tree'];
  const index = args.findIndex((arg, at) => !arg.startsWith('-') && !withValue.includes(args[at - 1] ?? ''));
  return args[index] ?? '';
}

function hintFor(said: string): string {
  if (/dubious ownership/.test(said))
    return 'The folder belongs to another user: git config --global --add safe.directory FOLDER';
  if (/index\.lock/.test(said))
    return 'Another git command runs in this repository; wait for it, or remove the lock file it left.';
  if (/is not a git command|unknown option|^usage:/.test(said)) return 'Update git: 2.38 or newer is needed.';
  if (/filter-process|(?:smudge|clean|external) filter/.test(said))
    return 'The repository needs a program that changes files at check-out, such as git-lfs: install it, then run this again.';
  if (/No space left/.test(said)) return 'Free some disk space, then run the same command again.';
  return 'Run the same git command by hand to see more, then run this again.';
}

/** Splits NUL-terminated output. */
export const splitZ = (text: string): string[] => text.split('\0').filter(part => part !== '');
