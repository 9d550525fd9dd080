import type { CheckResult } from '../../core/check.ts';
import type { NewEvent } from '../../core/event.ts';
import type { Result } from '../../core/failure.ts';
import { ok } from '../../core/failure.ts';
import type { Workspace } from '../../core/workspace.ts';
import type { Effects, Ports } from '../ports.ts';
import { checkKey, type RunState } from '../state.ts';
import type { TaskState } from '../task-state.ts';
import { missingFrom, type OwnModule, readTestOutput } from '../test-output.ts';
import { judgeBase, judgeWork } from '../verdict.ts';
import { type Bench, closeBench, openBench } from './bench.ts';
import { stopping } from './stopping.ts';
import { clipTail } from './text.ts';

type Check = { readonly command: string; readonly of: 'task' | 'verify' };

/** The task's own checks first, then the project's; a command is run once. */
export function checksOf(task: TaskState, verify: readonly string[]): readonly Check[] {
  const own = task.task.checks.map(command => ({ command, of: 'task' as const }));
  const rest = verify.filter(command => !task.task.checks.includes(command));
  return [...own, ...rest.map(command => ({ command, of: 'verify' as const }))];
}

/** Runs the checks on the base or on the work and says what they mean together. */
export async function* check(
  state: RunState,
  task: TaskState,
  on: 'base' | 'work',
  ports: Ports,
  signal: AbortSignal,
): Effects {
  const tree = on === 'base' ? task.start_tree : task.work?.tree;
  if (tree == null) throw new Error(`There is no tree to check on the ${on}.`);
  const items = checksOf(task, ports.commands.verify);
  const known = items.map(item => state.checked[checkKey(tree, item.command)]);
  const bench = known.every(result => result !== undefined) ? null : await openBench(task, tree, ports, signal);
  if (bench !== null && !bench.ok) return yield stopping(bench.error);
  const results: CheckResult[] = [];
  for (const [place, item] of items.entries()) {
    const kept = known[place];
    const result = kept ?? (await runCheck(bench?.value ?? null, item, tree, ports, signal));
    if ('ok' in result && !result.ok) return yield stopping(result.error);
    const event = { ...('ok' in result ? result.value : result), on, of: item.of, kept: kept !== undefined };
    results.push(event);
    yield ended(task, event);
  }
  await closeBench(task, ports);
  const verdict = on === 'base' ? judgeBase(results) : judgeWork(task.base_checks, results, task.tester === 'written');
  yield { type: 'checks.judged', task: task.task.key, on, tree, ...verdict };
}

const ended = (task: TaskState, result: CheckResult): NewEvent => {
  const { command, exit, passed, failed, ms, tree, on, of, passing, failing, tail, missing, kept } = result;
  return {
    type: 'check.ended',
    task: task.task.key,
    command,
    exit,
    passed,
    failed,
    ms,
    tree,
    on,
    of,
    passing,
    failing,
    tail,
    missing,
    kept,
  };
};

/** Runs one command on exactly this tree. A command that ran out of time failed; a base that does cannot be checked. */
async function runCheck(
  bench: Bench | null,
  { command, of }: Check,
  tree: string,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<CheckResult>> {
  if (bench === null) throw new Error('There is nowhere to check.');
  const { workspace, broken } = bench;
  const none = {
    tree,
    on: 'work',
    of,
    passing: [],
    failing: [],
    passed: null,
    failed: null,
    missing: null,
    kept: false,
  } as const;
  if (broken !== null) return ok({ ...none, command, exit: 1, ms: 0, tail: ports.redact(broken) });
  const own = await ownModules(workspace);
  const reset = await workspace.reset(tree);
  if (!reset.ok) return reset;
  const { timeout_s } = ports.commands;
  const ran = await workspace.run(command, { timeout_s, label: 'check' }, signal);
  signal.throwIfAborted();
  if (!ran.ok) return ran;
  const { timed_out, ms } = ran.value;
  const said = ports.redact(ran.value.output);
  // Paths as the model's own worktree has them: where checks run is nobody's business.
  const { root } = workspace;
  const output = said.replaceAll(`file://${root}/`, './').replaceAll(`${root}/`, './');
  const exit = ran.value.exit ?? 1;
  const missing = timed_out ? `more than ${timeout_s} s (check_timeout_s)` : missingFrom(exit, said, own);
  const tail = clipTail(timed_out ? `${output}\n[killed after ${timeout_s} s]` : output);
  return ok({ ...none, ...readTestOutput(output), command, exit: timed_out ? 1 : exit, ms, tail, missing });
}

/** Tells the project's own modules from packages that should have been installed. */
async function ownModules(workspace: Workspace): Promise<OwnModule> {
  const files = await workspace.list();
  const paths = files.ok ? files.value : [];
  const declared = async (path: string): Promise<string> => {
    const file = paths.includes(path) ? await workspace.read(path) : null;
    return file?.ok ? file.value.text : '';
  };
  const manifests = (
    await Promise.all(
      ['requirements.txt', 'requirements-dev.txt', 'pyproject.toml', 'setup.cfg', 'setup.py', 'Pipfile'].map(declared),
    )
  )
    .join('\n')
    .toLowerCase();
  return (language, name) => {
    const top = name.split(language === 'python' ? '.' : '/')[0] ?? name;
    if (paths.some(path => path.split('/').some(part => part === top || part === `${top}.py`))) return true;
    return (
      language === 'python' && !new RegExp(`(^|[^\\w-])${top.replace(/_/g, '[-_]')}([^\\w-]|$)`, 'm').test(manifests)
    );
  };
}
