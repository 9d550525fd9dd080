import type { CheckResult } from '../../core/check.ts';
import type { NewEvent } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import { baseItems, type Item, workItems } from '../check-list.ts';
import { isProving, resultOf } from '../evidence.ts';
import type { Effects, Ports } from '../ports.ts';
import { checkKey, type RunState } from '../state.ts';
import type { TaskState } from '../task-state.ts';
import { judgeBase, judgeWork, mayStayRed } from '../verdict.ts';
import { type Bench, closeBench, openBench } from './bench.ts';
import { doubt } from './doubt.ts';
import { look, type Sight } from './look.ts';
import { stopping } from './stopping.ts';

/** Runs the checks on the base or on the work and says what they mean together. */
export async function* check(
  state: RunState,
  task: TaskState,
  on: 'base' | 'work',
  ports: Ports,
  signal: AbortSignal,
): Effects {
  const begun = await begin(task, on, ports);
  if (!begun.ok) return yield stopping(begun.error);
  const { items, tree } = begun.value;
  const known = items.map(({ command }) => keptResult(state, tree, command));
  const bench = known.every(result => result !== undefined) ? null : await openBench(task, tree, ports, signal);
  if (bench !== null && !bench.ok) return yield stopping(bench.error);
  const sight = bench === null ? null : { ...begun.value.sight, ...bench.value };
  const back: { bench: Bench | null } = { bench: null };
  const results: CheckResult[] = [];
  for (const [place, item] of items.entries()) {
    const kept = known[place];
    const result = kept === undefined ? await freshResult(task, item, sight, ports, signal, back) : ok(kept);
    if (!result.ok) return yield stopping(result.error);
    const event = { ...result.value, on, of: item.of, kept: kept !== undefined };
    results.push(event);
    yield ended(task, event);
  }
  await closeBench(task, ports);
  if (back.bench !== null) await closeBench(task, ports, 'base');
  const verdict = on === 'base' ? judgeBase(results) : judgeWork(task.base_checks, results, task.tester === 'written');
  yield { type: 'checks.judged', task: task.task.key, on, tree, ...verdict };
}

/** The same command on the same tree is not run twice. What looks at the change is: the same tree may be compared with another. */
const keptResult = (state: RunState, tree: string, command: string): CheckResult | undefined =>
  command.trimStart().startsWith('@') ? undefined : state.checked[checkKey(tree, command)];

type Begun = {
  readonly items: readonly Item[];
  readonly tree: string;
  readonly sight: Pick<Sight, 'tree' | 'on' | 'start' | 'changes'>;
};

async function begin(task: TaskState, on: 'base' | 'work', ports: Ports): Promise<Result<Begun>> {
  const start = task.start_tree;
  const tree = on === 'base' ? start : task.work?.tree;
  if (tree == null || start === null) throw new Error(`There is no tree to check on the ${on}.`);
  const changes = on === 'base' ? ok([]) : await ports.repository.changes(start, tree);
  if (!changes.ok) return changes;
  const items =
    on === 'base' || task.ended === null
      ? baseItems(task, ports.commands)
      : workItems(task, task.ended, ports.commands);
  return ok({ items, tree, sight: { tree, on, start, changes: changes.value } });
}

/** It failed on the base with the same tests, twice: one more look would say nothing new. */
const failsAsBefore = (before: CheckResult | undefined, after: CheckResult): boolean =>
  before !== undefined && before.exit !== 0 && after.failing.every(name => before.failing.includes(name));

/** One look; what turned green by it is doubted before it is believed. */
async function freshResult(
  task: TaskState,
  item: Item,
  sight: Sight | null,
  ports: Ports,
  signal: AbortSignal,
  back: { bench: Bench | null },
): Promise<Result<CheckResult>> {
  if (sight === null) throw new Error('There is nowhere to check.');
  const before = resultOf(task.base_checks, item.command);
  const decidedByOwn = task.task.checks.length > 0 && task.tester !== 'written';
  // On the base a second look costs as much as the first: only what may come to prove the task is worth it.
  const isFine = (result: CheckResult): boolean =>
    sight.on === 'base'
      ? decidedByOwn && item.of === 'verify'
      : mayStayRed(before, result, decidedByOwn) || failsAsBefore(before, result);
  const after = await look(item, sight, isFine, ports, signal);
  if (!after.ok || sight.on === 'base' || before === undefined || !isProving(before, after.value)) return after;
  const against = await doubt({ item, before, after: after.value }, task, sight, ports, signal, back);
  if (!against.ok) return against;
  if (against.value === null) return after;
  const { why, flaky } = against.value;
  return ok({ ...after.value, proves_nothing: why, ...(flaky && { flaky }) });
}

const ended = (task: TaskState, result: CheckResult): NewEvent => ({
  type: 'check.ended',
  task: task.task.key,
  ...resultFields(result),
});

/** In this order in every journal; what is not there is left out. */
function resultFields(result: CheckResult): CheckResult {
  const { command, exit, passed, failed, skipped, ms, tree, on, of, passing, failing, skipping } = result;
  const { tail, missing, unloaded, kept, flaky, proves_nothing } = result;
  return {
    command,
    exit,
    passed,
    failed,
    ...(skipped !== undefined && { skipped }),
    ms,
    tree,
    on,
    of,
    passing,
    failing,
    ...(skipping !== undefined && { skipping }),
    tail,
    missing,
    ...(unloaded !== undefined && unloaded.length > 0 && { unloaded }),
    kept,
    ...(flaky === true && { flaky }),
    ...(proves_nothing !== undefined && { proves_nothing }),
  };
}
