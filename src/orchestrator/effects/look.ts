import { checkBench } from '../../checks/bench.ts';
import { DID_NOT_RUN } from '../../checks/outcome.ts';
import type { CheckOutcome, CheckResult } from '../../core/check.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { FileChange, Workspace } from '../../core/workspace.ts';
import type { Item } from '../check-list.ts';
import type { Ports } from '../ports.ts';
import { clipTail } from './text.ts';

/** Where one tree is looked at, and what it is compared with. */
export type Sight = {
  readonly workspace: Workspace;
  /** What `setup:` said when it failed on this tree: then every check fails. */
  readonly broken: string | null;
  readonly tree: string;
  readonly on: CheckResult['on'];
  /** Tree that the work began from. */
  readonly start: string;
  readonly changes: readonly FileChange[];
};

/** Python's caches know a file by its second and its size: two trees in one second would share them. */
const NO_CACHE = 'export PYTHONDONTWRITEBYTECODE=1;';

/** Looks once, on exactly this tree. A check that ran out of time failed. */
export async function lookOnce(
  item: Item,
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
  limits: { readonly timeout_s?: number; readonly as_it_is?: true } = {},
): Promise<Result<CheckOutcome>> {
  const { check } = item;
  if (!check.ok)
    return ok({ ...DID_NOT_RUN, missing: `a check that can be read (${check.error.message} ${check.error.hint})` });
  if (sight.broken !== null) return ok({ ...DID_NOT_RUN, output: ports.redact(sight.broken) });
  const { workspace, changes, start, tree } = sight;
  const reset = limits.as_it_is ? ok(undefined) : await workspace.reset(tree);
  if (!reset.ok) return reset;
  const bench = checkBench({
    workspace: {
      ...workspace,
      run: (command, options, abort) => workspace.run(`${NO_CACHE} ${command}`, options, abort),
    },
    changes,
    before: path => ports.repository.fileAt(start, path),
    timeout_s: limits.timeout_s ?? ports.commands.timeout_s,
    redact: ports.redact,
  });
  const outcome = await check.value.run(bench, signal);
  signal.throwIfAborted();
  return outcome;
}

/**
 * Looks at one tree, again where it fails: what fails and then passes is flaky. On the base a flaky check counts as passing,
 * because it can prove nothing; on the work only if it then passes once more. `isFine` says that one look is enough.
 */
export async function look(
  item: Item,
  sight: Sight,
  isFine: (result: CheckResult) => boolean,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<CheckResult>> {
  const first = await lookOnce(item, sight, ports, signal);
  if (!first.ok) return first;
  const isFinal = first.value.exit === 0 || first.value.missing !== null || sight.broken !== null;
  const result = resultOf(item, sight, first.value, ports);
  if (isFinal || item.only_refuses !== null || isFine(result)) return ok(result);
  const second = await lookOnce(item, sight, ports, signal);
  if (!second.ok) return second;
  if (second.value.exit !== 0) return ok(resultOf(item, sight, bothFailed(first.value, second.value), ports));
  const third = sight.on === 'base' ? second : await lookOnce(item, sight, ports, signal);
  if (!third.ok) return third;
  const outcome = third.value.exit === 0 ? third.value : first.value;
  return ok({ ...resultOf(item, sight, outcome, ports), flaky: true });
}

/** A test that failed only once is flaky: it is none of those that fail. */
function bothFailed(first: CheckOutcome, second: CheckOutcome): CheckOutcome {
  const failing = first.failing.filter(name => second.failing.includes(name));
  if (failing.length === 0 || failing.length === first.failing.length) return first;
  const passing = [...new Set([...first.passing, ...second.passing])].filter(name => !failing.includes(name)).sort();
  return { ...first, failing, passing };
}

function resultOf(item: Item, sight: Sight, outcome: CheckOutcome, { redact }: Ports): CheckResult {
  const { command, of, only_refuses } = item;
  const { output, ...said } = outcome;
  const { root } = sight.workspace;
  // Paths as the model's own worktree has them: where checks run is nobody's business.
  const plain = redact(output).replaceAll(`file://${root}/`, './').replaceAll(`${root}/`, './');
  return {
    ...said,
    command,
    of,
    tree: sight.tree,
    on: sight.on,
    tail: clipTail(plain),
    kept: false,
    ...(only_refuses !== null && { proves_nothing: only_refuses }),
  };
}
