import type { EventPayloads } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { Workspace } from '../../core/workspace.ts';
import type { Ports } from '../ports.ts';
import { clipTail } from './text.ts';

/** Runs the project's setup commands in a fresh worktree, up to the first that fails. */
export async function setUp(
  key: string,
  workspace: Workspace,
  ports: Ports,
  signal?: AbortSignal,
): Promise<Result<readonly EventPayloads['setup.ended'][]>> {
  const { setup, timeout_s } = ports.commands;
  const ended: EventPayloads['setup.ended'][] = [];
  for (const command of setup) {
    const result = await workspace.run(command, { timeout_s, label: 'setup' }, signal);
    signal?.throwIfAborted();
    if (!result.ok) return result;
    const exit = result.value.exit ?? 1;
    ended.push({ task: key, command, exit, tail: clipTail(ports.redact(result.value.output)) });
    if (exit !== 0) break;
  }
  return ok(ended);
}
