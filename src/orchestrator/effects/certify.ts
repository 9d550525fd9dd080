import type { Certificate } from '../../core/proof.ts';
import type { Workspace } from '../../core/workspace.ts';
import { certificateText, readCertificate } from '../../proof/certificate.ts';
import { toolVersions } from '../../proof/tool-versions.ts';
import { certificateOf } from '../certificate.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { workspaceOf } from './reopen.ts';

/** Where certificates are kept in git. */
const NOTES = 'refs/notes/llmclis';

/**
 * Writes the certificate of a merged task: a note on its commit, then the journal. A note that is there already, written before a
 * crash, is taken as it is. Where git does not take the note, the journal alone has the certificate, and `ref` is empty.
 */
export async function* certifyTask(task: TaskState, ports: Ports, holder: WorkspaceHolder): Effects {
  const { commit } = task;
  if (commit === null) throw new Error('A task without a merged commit is certified.');
  const before = await ports.repository.note(commit);
  const found = before === null ? null : readCertificate(before);
  if (found?.ok && found.value.run_id === ports.run_id && found.value.task.key === task.task.key)
    return yield { type: 'proof.certified', task: task.task.key, certificate: found.value, ref: NOTES };
  const certificate = await make(task, ports, holder);
  const noted = await ports.repository.addNote(commit, certificateText(certificate));
  yield { type: 'proof.certified', task: task.task.key, certificate, ref: noted.ok ? NOTES : '' };
}

async function make(task: TaskState, ports: Ports, holder: WorkspaceHolder): Promise<Certificate> {
  const opened = await workspaceOf(task, ports, holder);
  const tools = opened.ok ? await toolsOf(task, opened.value, ports, holder) : {};
  return certificateOf(task, {
    run_id: ports.run_id,
    made_at: ports.clock.now().toISOString(),
    setup: ports.commands.setup,
    tests: await testsOf(task, ports),
    tools: { ...tools, llmclis: ports.version },
  });
}

/** Asked once for each process: they do not change from task to task. */
async function toolsOf(
  task: TaskState,
  workspace: Workspace,
  { commands }: Ports,
  holder: WorkspaceHolder,
): Promise<Readonly<Record<string, string>>> {
  const files = await workspace.list();
  const run = (command: string) => workspace.run(command, { timeout_s: 60, label: 'versions' });
  holder.tools ??= await toolVersions(run, files.ok ? files.value : [], [...task.task.checks, ...commands.verify]);
  return holder.tools;
}

async function testsOf({ workspace, start_tree: start }: TaskState, { repository }: Ports): Promise<readonly string[]> {
  if (workspace === null || start === null || start === workspace.base_tree) return [];
  const changes = await repository.changes(workspace.base_tree, start);
  return changes.ok ? changes.value.map(({ path }) => path) : [];
}
