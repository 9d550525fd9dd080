import type { Certificate, MutationReport } from '../core/proof.ts';
import type { Proof } from '../core/task.ts';
import { certify } from '../proof/certificate.ts';
import { certifiedChecks, stayedGreen } from '../proof/certified-checks.ts';
import type { TaskState } from './task-state.ts';

/** What the journal does not say of a certified task. */
export type CertifiedBy = {
  readonly run_id: string;
  readonly made_at: string;
  readonly setup: readonly string[];
  /** The tester's test files, as they are in the merged commit. */
  readonly tests: readonly string[];
  readonly tools: Readonly<Record<string, string>>;
};

/** The certificate of a merged task, from what its journal says. */
export function certificateOf(task: TaskState, by: CertifiedBy): Certificate {
  const { workspace, work, merge, commit } = task;
  if (workspace === null || work === null || merge === null || commit === null)
    throw new Error('A task that is not merged is certified.');
  const checks = certifiedChecks(task.base_checks, task.work_checks);
  return certify({
    task: { key: task.task.key, title: task.task.title },
    run_id: by.run_id,
    made_at: by.made_at,
    proof: merge.proof,
    commit,
    base: workspace.base,
    base_tree: workspace.base_tree,
    work_tree: work.tree,
    tests: by.tests,
    setup: by.setup,
    checks,
    stayed_green: stayedGreen(checks),
    mutants: reportOf(task),
    tools: by.tools,
  });
}

function reportOf({ mutants }: TaskState): MutationReport | null {
  if (mutants === null) return null;
  const { tree, tried, killed, survived, commands } = mutants;
  return { tree, tried, killed, survived, commands };
}

/** The certificate of work that no check proved and a person takes on: its commit, and who answers for it. */
export const acceptedCertificate = (accepted: {
  readonly task: { readonly key: string; readonly title: string };
  readonly commit: string;
  readonly base: string;
  readonly base_tree: string;
  readonly work_tree: string;
  readonly made_at: string;
  readonly tools: Readonly<Record<string, string>>;
}): Certificate => {
  const proof: Proof = 'accepted-by-person';
  return certify({
    ...accepted,
    task: { key: accepted.task.key, title: accepted.task.title },
    run_id: '',
    proof,
    tests: [],
    setup: [],
    checks: [],
    stayed_green: [],
    mutants: null,
  });
};
