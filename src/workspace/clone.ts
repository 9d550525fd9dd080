import { mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ok, type Result } from '../core/failure.ts';
import { type Git, gitIn } from './git.ts';

/** What a commit says of itself. */
export type CommitFacts = {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
};

/** Lets any object be asked for by its id, also one that no branch of the repository leads to. */
const UPLOAD = 'git -c uploadpack.allowAnySHA1InWant=true upload-pack';

/**
 * Makes `folder` a repository that has these commits with all their history, and nothing else of the one at `from`: no configuration,
 * no hook, no ref, and no file shared with it. Every object is hashed on its way, so that an id means what it names.
 */
export async function cleanClone(
  from: string,
  folder: string,
  commits: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Result<Git>> {
  await mkdir(folder, { recursive: true });
  const git = gitIn(folder, env);
  const format = commits.some(commit => commit.length === 64) ? 'sha256' : 'sha1';
  const made = await git(['init', '-q', '--template=', `--object-format=${format}`, '-b', 'llmclis-verify']);
  if (!made.ok) return made;
  const refs = [...new Set(commits)].map((commit, place) => `${commit}:refs/verify/${place}`);
  const fetch = ['fetch', '-q', '--no-tags', '--no-write-fetch-head', '--update-shallow', '--no-recurse-submodules'];
  const fetched = await git([...fetch, '--upload-pack', UPLOAD, pathToFileURL(from).href, ...refs]);
  return fetched.ok ? ok(git) : fetched;
}

/** What the object of a commit says; null when it is not there, or is no commit. */
export async function commitFacts(git: Git, id: string): Promise<CommitFacts | null> {
  const read = await git(['cat-file', 'commit', id], { accept: [0, 128] });
  if (!read.ok || read.value.code !== 0) return null;
  const text = read.value.stdout;
  const end = text.indexOf('\n\n');
  const head = (end < 0 ? text : text.slice(0, end)).split('\n');
  const named = (name: string): string[] =>
    head.flatMap(line => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  return { id, tree: named('tree')[0] ?? '', parents: named('parent'), message: end < 0 ? '' : text.slice(end + 2) };
}
