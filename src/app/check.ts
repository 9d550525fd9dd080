import { checkBench } from '../checks/bench.ts';
import { parseCheck } from '../checks/checks.ts';
import type { Check, CheckBench, CheckOutcome } from '../core/check.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { FileChange, Workspace } from '../core/workspace.ts';
import type { Project } from '../km/km.ts';
import { personTree, withCopy } from './check-copy.ts';
import { readableChecks } from './check-settings.ts';
import type { CheckReport, CheckRow, CheckWish } from './check-types.ts';
import type { AppCore } from './core.ts';
import { repositoryOf } from './git-commands.ts';
import { pullPlans } from './plan-commands.ts';
import { findPlanFiles } from './plan-files.ts';
import { sandboxOf } from './sandbox.ts';
import { secretsFor } from './secrets-for.ts';
import { settingsOf } from './settings.ts';

/**
 * Runs checks on the person's files as they are now, uncommitted and untracked ones included: in the sandbox, on a copy, so that
 * nothing of theirs is touched.
 */
export async function runChecks(
  core: AppCore,
  project: Project,
  wish: CheckWish,
  onRow: (row: CheckRow) => void,
  signal: AbortSignal,
): Promise<Result<CheckReport>> {
  const settings = settingsOf(core, project, wish.no_sandbox === true ? { no_sandbox: true } : {});
  if (!settings.ok) return settings;
  const readable = readableChecks(settings.value);
  if (!readable.ok) return readable;
  const texts = await wanted(core, project, wish, settings.value);
  if (!texts.ok) return texts;
  const checks = parsed(texts.value);
  if (!checks.ok) return checks;
  const known = secretsFor(core, project);
  const sandbox = await sandboxOf(core, project, settings.value, known);
  if (!sandbox.ok) return sandbox;
  const repository = await repositoryOf(core, project.root, settings.value.link.value, sandbox.value, known.redact);
  if (!repository.ok) return repository;
  const trees = await personTree(core, repository.value);
  if (!trees.ok) return trees;
  const { head, base, tree } = trees.value;
  const changes = await repository.value.changes(base, tree);
  if (!changes.ok) return changes;
  return withCopy(
    core,
    project,
    repository.value,
    { head, tree, settings: settings.value },
    signal,
    async workspace => {
      const bench = checkBench({
        workspace,
        changes: withoutPlans(project, settings.value, changes.value),
        before: path => repository.value.fileAt(base, path),
        timeout_s: settings.value.check_timeout_s.value,
        redact: known.clean,
      });
      return runAll(checks.value, { core, bench, workspace, tree }, onRow, signal);
    },
  );
}

/** The files that llmclis itself keeps are no part of the work. */
function withoutPlans(project: Project, settings: Settings, changes: readonly FileChange[]): readonly FileChange[] {
  const own = [...findPlanFiles(project.root, settings.plans.value).files, 'issues.md', 'research.md'];
  return changes.filter(({ path }) => !own.includes(path));
}

/** The checks that were given, else the project's; a task's own come first. */
async function wanted(
  core: AppCore,
  project: Project,
  { checks, task: key }: CheckWish,
  settings: Settings,
): Promise<Result<readonly string[]>> {
  const own: string[] = [];
  if (key !== undefined) {
    const km = core.km();
    if (!km.ok) return km;
    const pulled = await pullPlans(core, km.value, project);
    if (!pulled.ok) return pulled;
    const task = km.value.task(project.id, key);
    if (!task.ok) return task;
    own.push(...task.value.checks, ...(settings.role_checks.value[task.value.role ?? 'coder'] ?? []));
  }
  const all = [...new Set([...own, ...(checks.length > 0 ? checks : settings.verify.value)])];
  if (all.length > 0) return ok(all);
  return fail(
    'input.invalid',
    'There is nothing to check: no check was given, and the project has none.',
    'Give one: llmclis check "npm test" — or write verify: into llmclis.yaml.',
  );
}

function parsed(texts: readonly string[]): Result<readonly Check[]> {
  const checks: Check[] = [];
  for (const text of texts) {
    const check = parseCheck(text);
    if (!check.ok) return check;
    checks.push(check.value);
  }
  return ok(checks);
}

/** Where a check is run, again and again on the same files. */
type Place = {
  readonly core: AppCore;
  readonly bench: CheckBench;
  readonly workspace: Workspace;
  readonly tree: string;
};

async function runAll(
  checks: readonly Check[],
  place: Place,
  onRow: (row: CheckRow) => void,
  signal: AbortSignal,
): Promise<Result<CheckReport>> {
  const rows: CheckRow[] = [];
  for (const check of checks.filter(each => !each.critic)) {
    const row = await runCheck(check, place, signal);
    if (!row.ok) return row;
    rows.push(row.value);
    onRow(row.value);
  }
  const not_asked = checks.filter(each => each.critic).map(each => each.text);
  return ok({ checks: rows, not_asked, ok: rows.length > 0 && rows.every(row => row.exit === 0) });
}

/** Times that a check which failed and then passed has to pass again. */
const MORE = 2;

/** A check that fails is run once more. When it passes then, it is flaky, and has to pass twice more. */
async function runCheck(check: Check, place: Place, signal: AbortSignal): Promise<Result<CheckRow>> {
  const first = await runOnce(check, place, signal);
  if (!first.ok || first.value.exit === 0 || first.value.missing !== null) return rowOf(check, first, false);
  const again = await runOnce(check, place, signal);
  if (!again.ok || again.value.exit !== 0) return rowOf(check, again.ok ? first : again, false);
  for (let round = 0; round < MORE; round++) {
    const more = await runOnce(check, place, signal);
    if (!more.ok || more.value.exit !== 0) return rowOf(check, more, true);
  }
  return rowOf(check, ok({ ...first.value, exit: 0 }), true);
}

async function runOnce(
  check: Check,
  { core, bench, workspace, tree }: Place,
  signal: AbortSignal,
): Promise<Result<CheckOutcome>> {
  const reset = await workspace.reset(tree);
  if (!reset.ok) return reset;
  const began = core.clock.now().getTime();
  const outcome = await check.run(bench, signal).catch(problem => {
    if (signal.aborted) return null;
    throw problem;
  });
  if (outcome === null || signal.aborted)
    return fail('interrupted', 'The checks were interrupted.', 'Run the same command again.');
  return outcome.ok ? ok({ ...outcome.value, ms: core.clock.now().getTime() - began }) : outcome;
}

function rowOf(check: Check, outcome: Result<CheckOutcome>, flaky: boolean): Result<CheckRow> {
  if (!outcome.ok) return outcome;
  const { exit, passed, failed, skipped, failing, output, missing, ms } = outcome.value;
  const { text, kind } = check;
  return ok({ command: text, kind, exit, passed, failed, skipped, failing, output, missing, ms, flaky });
}
