import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, failure, ok, type Result } from '../core/failure.ts';
import type { Certificate } from '../core/proof.ts';
import type { Settings } from '../core/settings.ts';
import type { Sandbox } from '../core/workspace.ts';
import { type Claim, consistencyClaims, demandClaims, identityClaims } from '../proof/claims.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import { cleanClone, commitFacts } from '../workspace/clone.ts';
import { gitIn } from '../workspace/git.ts';
import { openRepository } from '../workspace/repository.ts';
import { bubblewrapSandbox } from '../workspace/sandbox/bubblewrap.ts';
import { NO_BORDERS } from './borders.ts';
import type { AppCore } from './core.ts';
import { knownSecrets, secretsOf } from './known-secrets.ts';
import { bubblewrapOptions, sandboxOf, unprotected } from './sandbox.ts';
import { settingsOf } from './settings.ts';
import { type Found, findCommits, registered } from './verify-find.ts';
import { replay, type Stage } from './verify-replay.ts';
import type { VerifiedCommit, VerifyReport, VerifyWish } from './verify-types.ts';

/**
 * Replays certificates in a clean clone and says of each whether everything in it is so. Any git repository will do, also one that is
 * registered nowhere. Errors: `input.not_found` when there is nothing to verify, and what keeps checks from running.
 */
export async function verify(
  core: AppCore,
  wish: VerifyWish,
  onCommit: (commit: VerifiedCommit) => void,
  signal: AbortSignal,
): Promise<Result<VerifyReport>> {
  const env = childEnvironment(core.env);
  const top = await gitIn(core.cwd, env)(['rev-parse', '--show-toplevel'], { accept: [0, 128] });
  if (!top.ok) return top;
  if (top.value.code !== 0)
    return fail('project.no_git', `${core.cwd} is in no git repository.`, 'Go to a clone of the project: cd FOLDER');
  const root = realpathSync(top.value.stdout.trim());
  const settings = settingsOf(core, { root }, wish.no_sandbox === true ? { no_sandbox: true } : {});
  if (!settings.ok) return settings;
  const temp = realpathSync(await mkdtemp(join(tmpdir(), 'llmclis-verify-')));
  try {
    const around = { home: join(temp, 'home'), clock: core.clock, link: settings.value.link.value, env, temp };
    const notes = wish.notes === undefined ? {} : { notes: fullRef(wish.notes) };
    const original = await openRepository(root, { ...around, ...notes, sandbox: unprotected(core) });
    if (!original.ok) return original;
    const place = { core, git: gitIn(root, env), repository: original.value };
    const found = await findCommits(place, wish);
    if (!found.ok) return found;
    const commits: VerifiedCommit[] = [];
    for (const one of found.value) {
      const verified = await verifyOne(one, { core, root, temp, around, settings: settings.value, wish }, signal);
      if (!verified.ok) return verified;
      commits.push(verified.value);
      onCommit(verified.value);
    }
    return ok(report(commits));
  } catch (problem) {
    if (!signal.aborted) throw problem;
    return fail('interrupted', 'The verification was interrupted.', 'Run the same command again.');
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** `llmclis`, `notes/llmclis` and `refs/notes/llmclis` name one ref, as git has it. */
const fullRef = (name: string): string =>
  name.startsWith('refs/') ? name : name.startsWith('notes/') ? `refs/${name}` : `refs/notes/${name}`;

type Desk = {
  readonly core: AppCore;
  readonly root: string;
  readonly temp: string;
  readonly around: Omit<Parameters<typeof openRepository>[1], 'sandbox'>;
  readonly settings: Settings;
  readonly wish: VerifyWish;
};

async function verifyOne(found: Found, desk: Desk, signal: AbortSignal): Promise<Result<VerifiedCommit>> {
  const { commit, certificate, excepted } = found;
  const plain = { commit, claims: [], certificate: null };
  if (excepted !== null) return ok({ ...plain, outcome: 'excepted', because: `It needs no certificate: ${excepted}.` });
  if (certificate === null) return ok({ ...plain, outcome: 'missing', because: 'It has no certificate.' });
  if (!certificate.ok) return ok({ ...plain, outcome: 'no', because: certificate.error.message });
  const claims = await allClaims(found, certificate.value, desk, signal);
  return claims.ok ? ok(judged(commit, certificate.value, claims.value, desk.wish)) : claims;
}

function judged(commit: string, certificate: Certificate, claims: readonly Claim[], wish: VerifyWish): VerifiedCommit {
  const wrong = claims.filter(claim => !claim.ok);
  const all = { commit, claims, certificate };
  if (wrong.length > 0)
    return { ...all, outcome: 'no', because: `${wrong.length} of its ${claims.length} claims are not so.` };
  if (certificate.proof !== 'accepted-by-person') return { ...all, outcome: 'yes', because: 'Every claim is so.' };
  return wish.accept_person === true
    ? { ...all, outcome: 'yes', because: 'No check proves it; a person answers for it.' }
    : { ...all, outcome: 'person', because: 'No check proves it; a person answers for it.' };
}

/** In a clone of its own for each certificate: nothing that a check does is there for the next. */
async function allClaims(
  { commit, noted }: Found,
  certificate: Certificate,
  desk: Desk,
  signal: AbortSignal,
): Promise<Result<readonly Claim[]>> {
  const source = gitIn(desk.root, desk.around.env);
  const ids = [commit, certificate.commit, certificate.base];
  for (const id of ids) {
    if ((await commitFacts(source, id)) !== null) continue;
    const detail = `${id} is not in this repository; in a CI job, fetch the whole history (fetch-depth: 0)`;
    return ok([{ claim: 'its commits are there', ok: false, detail }]);
  }
  const folder = join(desk.temp, 'clone');
  await rm(folder, { recursive: true, force: true });
  const git = await cleanClone(desk.root, folder, ids, desk.around.env);
  if (!git.ok) return git;
  const facts = {
    noted: noted ? commit : null,
    commit: await commitFacts(git.value, certificate.commit),
    base: await commitFacts(git.value, certificate.base),
  };
  const said = [
    ...identityClaims(certificate, facts),
    ...consistencyClaims(certificate),
    ...demandClaims(certificate, desk.wish.demand ?? []),
  ];
  // What is wrong on paper is not run.
  if (said.some(claim => !claim.ok)) return ok(said);
  const stage = certificate.checks.length === 0 ? null : await stageOn(folder, desk);
  if (stage === null) return ok(said);
  if (!stage.ok) return stage;
  const rounds: (readonly Claim[])[] = [];
  for (let round = 0; round < (desk.wish.repeat ?? 1); round++) {
    const replayed = await replay(certificate, stage.value, signal);
    if (!replayed.ok) return replayed;
    rounds.push(replayed.value);
  }
  return ok([...said, ...together(rounds)]);
}

/** What is so in every round is so. */
const together = (rounds: readonly (readonly Claim[])[]): readonly Claim[] =>
  (rounds[0] ?? []).map(
    (first, place) => rounds.map(round => round[place] ?? first).find(({ ok: isSo }) => !isSo) ?? first,
  );

async function stageOn(folder: string, { core, root, around, settings }: Desk): Promise<Result<Stage>> {
  const sandbox = await sandboxFor(core, root, settings);
  if (!sandbox.ok) return sandbox;
  const { clean } = knownSecrets(secretsOf(core.env));
  const options = { ...around, sandbox: sandbox.value, lender: root, redact: clean };
  const repository = await openRepository(folder, options);
  if (!repository.ok) return repository;
  return ok({
    repository: repository.value,
    worktrees: join(around.home, 'worktrees'),
    timeout_s: settings.check_timeout_s.value,
    redact: clean,
  });
}

/** A project of ours has what was granted to it; any other repository has nothing but its own files. */
async function sandboxFor(core: AppCore, root: string, settings: Settings): Promise<Result<Sandbox>> {
  if (settings.sandbox.value === 'none') return ok(unprotected(core));
  const project = registered(core, root);
  return project === null
    ? bubblewrapSandbox(bubblewrapOptions(core, { root }, settings, NO_BORDERS))
    : sandboxOf(core, project, settings);
}

function report(commits: readonly VerifiedCommit[]): VerifyReport {
  const named = (outcome: VerifiedCommit['outcome']): string =>
    commits
      .filter(one => one.outcome === outcome)
      .map(({ commit }) => commit.slice(0, 12))
      .join(', ');
  const [refuted, missing, person] = [named('no'), named('missing'), named('person')];
  if (refuted !== '') {
    const hint = 'Do not take it over as it is: the claims marked NO say why.';
    return { verified: false, commits, error: failure('proof.refuted', `The proof does not hold: ${refuted}.`, hint) };
  }
  if (missing !== '') {
    const hint = 'Fetch the notes: git fetch origin refs/notes/llmclis:refs/notes/llmclis';
    return {
      verified: false,
      commits,
      error: failure('proof.missing', `There is no certificate for ${missing}.`, hint),
    };
  }
  if (person !== '') {
    const hint = 'If a person’s word is enough here: --accept_person';
    const message = `No check proves ${person}; a person answers for it.`;
    return { verified: false, commits, error: failure('proof.missing', message, hint) };
  }
  return { verified: true, commits };
}
