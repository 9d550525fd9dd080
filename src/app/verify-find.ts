import { existsSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Certificate } from '../core/proof.ts';
import type { Repository } from '../core/workspace.ts';
import { certificateOf, readCertificate } from '../proof/certificate.ts';
import { commitFacts } from '../workspace/clone.ts';
import type { Git } from '../workspace/git.ts';
import type { AppCore } from './core.ts';
import { journalOf } from './runs.ts';
import type { VerifyWish } from './verify-types.ts';

/** A commit to verify, and what is known of it: a certificate (or why it cannot be read), none, or that it needs none. */
export type Found = {
  readonly commit: string;
  readonly certificate: Result<Certificate> | null;
  /** It comes from the commit's note, not from a journal. */
  readonly noted: boolean;
  readonly excepted: string | null;
};

type Place = { readonly core: AppCore; readonly git: Git; readonly repository: Repository };

/** The commits that the person means, in the order in which they were made. */
export async function findCommits(place: Place, wish: VerifyWish): Promise<Result<readonly Found[]>> {
  const { repository } = place;
  if (wish.what.includes('..')) return findRange(place, wish);
  const commit = await repository.resolve(wish.what);
  if (commit !== null) return ok([await foundAt(repository, commit)]);
  const ofTask = (await fromNotes(repository, wish.what)) ?? (await fromJournal(place, wish.what));
  if (ofTask !== null) return ok([ofTask]);
  return fail(
    'input.not_found',
    `${JSON.stringify(wish.what)} is no commit here, and no certificate names a task of that key.`,
    'Give a commit, a range such as main..HEAD, or a task’s key. In a clone, fetch the notes first: git fetch origin refs/notes/llmclis:refs/notes/llmclis',
  );
}

async function foundAt(repository: Repository, commit: string): Promise<Found> {
  const note = await repository.note(commit);
  return { commit, certificate: note === null ? null : readCertificate(note), noted: true, excepted: null };
}

async function findRange(place: Place, { what, except = [] }: VerifyWish): Promise<Result<readonly Found[]>> {
  const listed = await place.git(['rev-list', '--reverse', '--topo-order', '--end-of-options', what], {
    accept: [0, 128],
  });
  if (!listed.ok) return listed;
  if (listed.value.code !== 0)
    return fail(
      'input.not_found',
      `${JSON.stringify(what)} is no range of commits here.`,
      'Name two commits or branches, such as main..HEAD; in a CI job, fetch the whole history (fetch-depth: 0).',
    );
  const found: Found[] = [];
  for (const commit of listed.value.stdout.split('\n').filter(line => line !== '')) {
    const one = await foundAt(place.repository, commit);
    found.push(one.certificate === null ? { ...one, excepted: await exception(place, commit, except) } : one);
  }
  return ok(found);
}

/** Why a commit needs no certificate; null when it does. */
async function exception(
  { git, repository }: Place,
  commit: string,
  except: readonly string[],
): Promise<string | null> {
  const facts = await commitFacts(git, commit);
  const [first, second, third] = facts?.parents ?? [];
  if (facts === null || first === undefined) return null;
  if (second !== undefined) {
    const merged = third === undefined ? await repository.mergeTrees(first, second) : null;
    return merged?.ok && merged.value.tree === facts.tree ? 'a merge without changes of its own' : null;
  }
  const changes = except.length === 0 ? null : await repository.changes(`${first}^{tree}`, facts.tree);
  if (!changes?.ok) return null;
  const isExcepted = picomatch([...except], { dot: true });
  return changes.value.every(({ path }) => isExcepted(path)) ? `it changes only ${except.join(', ')}` : null;
}

/** The newest certificate of the task among the notes. */
async function fromNotes(repository: Repository, key: string): Promise<Found | null> {
  let newest: { readonly found: Found; readonly made_at: string } | null = null;
  for (const commit of await repository.noted(JSON.stringify(key))) {
    const found = await foundAt(repository, commit);
    if (!found.certificate?.ok) continue;
    const { made_at, task } = found.certificate.value;
    if (task.key.toLowerCase() !== key.toLowerCase()) continue;
    if (newest === null || made_at > newest.made_at) newest = { found, made_at };
  }
  return newest?.found ?? null;
}

/** The certificate in the project's journal, where this machine has one. */
async function fromJournal({ core, repository }: Place, key: string): Promise<Found | null> {
  const project = registered(core, repository.root);
  const journal = project === null ? null : journalOf(core);
  if (project === null || !journal?.ok) return null;
  for (const run of journal.value.runs(project.id)) {
    const event = journal.value
      .events(run.id)
      .findLast(one => one.type === 'proof.certified' && one.task.toLowerCase() === key.toLowerCase());
    if (event?.type !== 'proof.certified') continue;
    const { commit } = event.certificate;
    return { commit, certificate: certificateOf(event.certificate), noted: false, excepted: null };
  }
  return null;
}

/** The project that this folder is registered as; nothing is made where there is no database yet. */
export function registered(core: AppCore, root: string) {
  if (!existsSync(join(core.home, 'llmclis.db'))) return null;
  const km = core.km();
  const project = km.ok ? km.value.projectAt(root) : null;
  return project?.root === root ? project : null;
}
