import type { Clock } from '../core/clock.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Repository } from '../core/workspace.ts';
import { acceptedCertificate } from '../orchestrator/certificate.ts';
import { certificateText } from '../proof/certificate.ts';

/** A note on the commit that says who answers for it: a person, and no check. A commit that has a certificate keeps it. */
export async function certifyAccepted(
  task: Pick<Task, 'key' | 'title'>,
  commit: string,
  { repository, clock, version }: { repository: Repository; clock: Clock; version: string },
): Promise<Result<void>> {
  if ((await repository.note(commit)) !== null) return ok(undefined);
  const base = (await repository.resolve(`${commit}^1`)) ?? commit;
  const work_tree = await repository.treeOf(commit);
  const base_tree = await repository.treeOf(base);
  if (!work_tree.ok || !base_tree.ok) return work_tree.ok ? (base_tree.ok ? ok(undefined) : base_tree) : work_tree;
  const certificate = acceptedCertificate({
    task: { key: task.key, title: task.title },
    commit,
    base,
    base_tree: base_tree.value,
    work_tree: work_tree.value,
    made_at: clock.now().toISOString(),
    tools: { llmclis: version },
  });
  return repository.addNote(commit, certificateText(certificate));
}
