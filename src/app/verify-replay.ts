import { join } from 'node:path';
import { checkBench } from '../checks/bench.ts';
import { parseCheck } from '../checks/checks.ts';
import { DID_NOT_RUN } from '../checks/outcome.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Certificate, CertifiedCheck } from '../core/proof.ts';
import type { FileChange, Repository, Workspace } from '../core/workspace.ts';
import { type Claim, replayClaim } from '../proof/claims.ts';

/** Where certificates are replayed: a clean clone, and how checks are run in it. */
export type Stage = {
  readonly repository: Repository;
  /** Folder for worktrees. */
  readonly worktrees: string;
  readonly timeout_s: number;
  redact(text: string): string;
};

type Side = {
  readonly on: 'base' | 'work';
  readonly tree: string;
  /** Tree that the work began from. */
  readonly start: string;
  readonly changes: readonly FileChange[];
};

/** Runs every check of a certificate on its base and on its work, and says of each whether it went as it says. */
export async function replay(
  certificate: Certificate,
  stage: Stage,
  signal: AbortSignal,
): Promise<Result<readonly Claim[]>> {
  const { repository } = stage;
  const { base_tree, work_tree, tests } = certificate;
  const start = tests.length === 0 ? ok(base_tree) : await repository.overlay(base_tree, work_tree, tests);
  if (!start.ok) return start;
  const changes = await repository.changes(start.value, work_tree);
  if (!changes.ok) return changes;
  const sides: readonly Side[] = [
    { on: 'base', tree: start.value, start: start.value, changes: [] },
    { on: 'work', tree: work_tree, start: start.value, changes: changes.value },
  ];
  const claims: Claim[] = [];
  for (const side of sides) {
    const looked = await lookAt(certificate, side, stage, signal);
    if (!looked.ok) return looked;
    claims.push(...looked.value);
  }
  return ok(claims);
}

/** All checks on one tree, in a fresh worktree that `setup` was run in, as a run does it. */
async function lookAt(
  certificate: Certificate,
  side: Side,
  stage: Stage,
  signal: AbortSignal,
): Promise<Result<readonly Claim[]>> {
  const path = join(stage.worktrees, side.on);
  let broken: string | null = null;
  const prepare = async (workspace: Workspace): Promise<Result<boolean>> => {
    const reset = await workspace.reset(side.tree);
    if (!reset.ok) return reset;
    for (const command of certificate.setup) {
      const ran = await workspace.run(command, { timeout_s: stage.timeout_s, label: 'setup' }, signal);
      signal.throwIfAborted();
      if (!ran.ok) return ran;
      if (ran.value.exit !== 0) broken ??= `\`${command}\` (setup), which ends with exit ${ran.value.exit ?? 1}`;
    }
    return ok(true);
  };
  const opened = await stage.repository.openWorkspace({ path, base: certificate.base, fresh: true, prepare });
  if (!opened.ok) return opened;
  const claims: Claim[] = [];
  for (const check of certificate.checks) {
    const claim = await look(check, side, opened.value.workspace, broken, stage, signal);
    if (!claim.ok) return claim;
    claims.push(claim.value);
  }
  const removed = await stage.repository.removeWorkspace(path);
  return removed.ok ? ok(claims) : removed;
}

/** One check on one tree; looked at again where it goes another way than the certificate says. */
async function look(
  certified: CertifiedCheck,
  side: Side,
  workspace: Workspace,
  broken: string | null,
  stage: Stage,
  signal: AbortSignal,
): Promise<Result<Claim>> {
  const name = `on the ${side.on}: ${certified.command}`;
  const check = parseCheck(certified.command);
  if (!check.ok) return ok({ claim: name, ok: false, detail: check.error.message });
  if (check.value.critic) return ok({ claim: name, ok: true, detail: 'a second model said so; it is not asked again' });
  if (certified.flaky) return ok({ claim: name, ok: true, detail: 'it was flaky then, and proves nothing' });
  if (broken !== null) return ok(replayClaim(certified, side.on, { ...DID_NOT_RUN, missing: broken }));
  const bench = checkBench({
    workspace,
    changes: side.changes,
    before: path => stage.repository.fileAt(side.start, path),
    timeout_s: stage.timeout_s,
    redact: stage.redact,
  });
  const once = async (): Promise<Result<Claim>> => {
    const reset = await workspace.reset(side.tree);
    if (!reset.ok) return reset;
    const outcome = await check.value.run(bench, signal);
    signal.throwIfAborted();
    return outcome.ok ? ok(replayClaim(certified, side.on, outcome.value)) : outcome;
  };
  const first = await once();
  if (!first.ok || first.value.ok) return first;
  const second = await once();
  if (!second.ok || !second.value.ok) return second.ok ? first : second;
  return ok({ ...second.value, detail: `${second.value.detail}; only at the second look: it is flaky` });
}
