import type { CheckOutcome, CheckResult } from '../../core/check.ts';
import type { EventPayloads } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { Mutant } from '../../core/proof.ts';
import type { Proof } from '../../core/task.ts';
import type { Workspace } from '../../core/workspace.ts';
import { isEquivalent } from '../../proof/equivalent.ts';
import { type PlannedMutant, plannedMutants } from '../../proof/mutants.ts';
import { didNotCompile, parseCommand } from '../../proof/parse-command.ts';
import { type Item, workItems } from '../check-list.ts';
import { failToPass, isProving, resultOf } from '../evidence.ts';
import { type Demand, demandOn, isStrong, suggestion } from '../mutant-demand.ts';
import type { Effects, Ports } from '../ports.ts';
import { isTestFile } from '../protected.ts';
import type { TaskState } from '../task-state.ts';
import { closeBench, openBench } from './bench.ts';
import { lookOnce, type Sight } from './look.ts';
import { stopping } from './stopping.ts';

/** A check that is to notice wrong variants: the tests in it that turned green, where the runner names them. */
type Watcher = { readonly item: Item; readonly timeout_s: number; readonly names: readonly string[] };
type ChangedFile = { readonly path: string; readonly before: string | null; readonly after: string };

/** Runs the checks that prove the work on small wrong variants of it: a test worth its name notices them. */
export async function* tryMutants(task: TaskState, proof: Proof, ports: Ports, signal: AbortSignal): Effects {
  const files = await changedCode(task, ports);
  if (!files.ok) return yield stopping(files.error);
  const watching = watchers(task, proof, ports);
  const demand = demandOn(task, proof, watching.ms, ports);
  const planned = plannedMutants(files.value, task.work?.tree ?? '', demand.limit).filter(
    mutant => !isEquivalent(mutant),
  );
  const tried =
    planned.length === 0 || demand.skipped !== null
      ? ok({ ...NOTHING_TRIED, note: demand.skipped })
      : await tryAll(task, files.value, planned, watching.all, demand, ports, signal);
  if (!tried.ok) return yield stopping(tried.error);
  const { killed, survived, elsewhere, note } = tried.value;
  const report: EventPayloads['mutants.ended'] = {
    task: task.task.key,
    tree: task.work?.tree ?? '',
    tried: killed + survived.length,
    killed,
    survived,
    commands: watching.all.map(({ item }) => item.command),
    written_by: demand.written_by,
    strong: isStrong(demand, {
      killed,
      survived: survived.length,
      elsewhere,
      depends_on_text: tried.value.depends_on_text,
    }),
    ...(note !== null && { note }),
  };
  yield () => {
    const text = demand.written_by === 'person' ? suggestion(report) : null;
    if (text !== null) ports.km.appendTaskNote(task.task.id, text, 'llmclis');
    return [{ type: 'mutants.ended', ...report }];
  };
}

/** The changed files that are no tests, with their text before and after. */
async function changedCode(task: TaskState, { repository }: Ports): Promise<Result<readonly ChangedFile[]>> {
  const { start_tree: start, work } = task;
  if (start === null || work === null) throw new Error('There is no work to vary.');
  const changes = await repository.changes(start, work.tree);
  if (!changes.ok) return changes;
  const files: ChangedFile[] = [];
  for (const { path, status } of changes.value) {
    if (status === 'deleted' || isTestFile(path)) continue;
    const after = await repository.fileAt(work.tree, path);
    if (after !== null) files.push({ path, before: await repository.fileAt(start, path), after });
  }
  return ok(files);
}

/** The checks that prove the work; where the behaviour is to stay, all that pass. */
function watchers(
  task: TaskState,
  proof: Proof,
  { commands }: Ports,
): { readonly all: readonly Watcher[]; readonly ms: number } {
  if (task.ended === null) throw new Error('No turn has ended.');
  const found = workItems(task, task.ended, commands).flatMap(item => {
    const after = resultOf(task.work_checks, item.command);
    const before = resultOf(task.base_checks, item.command);
    if (after === undefined || item.only_refuses !== null) return [];
    const watches = proof === 'behaviour-kept' ? after.exit === 0 : isProving(before, after);
    return watches ? [{ item, after, names: namesOf(proof, before, after) }] : [];
  });
  const limit = (ms: number): number => Math.min(commands.timeout_s, Math.max(10, Math.ceil((ms * 3) / 1000)));
  return {
    all: found.map(({ item, after, names }) => ({ item, names, timeout_s: limit(after.ms) })),
    ms: found.reduce((sum, { after }) => sum + after.ms, 0),
  };
}

const namesOf = (proof: Proof, before: CheckResult | undefined, after: CheckResult): readonly string[] =>
  proof === 'behaviour-kept' || before === undefined ? [] : failToPass(before, after);

type Tried = {
  readonly killed: number;
  readonly survived: readonly Mutant[];
  /** Noticed by other tests than those that prove the work. */
  readonly elsewhere: number;
  /** The tests fail when only a comment is added. */
  readonly depends_on_text: boolean;
  readonly note: string | null;
};
const NOTHING_TRIED: Tried = { killed: 0, survived: [], elsewhere: 0, depends_on_text: false, note: null };

async function tryAll(
  task: TaskState,
  files: readonly ChangedFile[],
  planned: readonly PlannedMutant[],
  watching: readonly Watcher[],
  demand: Demand,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<Tried>> {
  const { start_tree: start, work } = task;
  if (start === null || work === null) throw new Error('There is no work to vary.');
  const opened = await openBench(task, work.tree, ports, signal);
  if (!opened.ok) return opened;
  const sight: Sight = { ...opened.value, tree: work.tree, on: 'work', start, changes: [] };
  const until = ports.clock.now().getTime() + demand.total_s * 1000;
  let tried: Tried = NOTHING_TRIED;
  const [first] = files;
  if (demand.needed > 0 && first !== undefined) {
    const same = await tryOne(
      { path: first.path, text: commented(first) },
      first.after,
      watching,
      sight,
      ports,
      signal,
    );
    if (!same.ok) return same;
    if (same.value !== 'survived')
      tried = { ...tried, depends_on_text: true, note: 'The tests fail when nothing but a comment is added.' };
  }
  for (const [place, mutant] of tried.depends_on_text ? [] : planned.entries()) {
    if (ports.clock.now().getTime() > until) {
      tried = { ...tried, note: `Stopped after ${demand.total_s} s: ${place} of ${planned.length} were looked at.` };
      break;
    }
    const { text, ...facts } = mutant;
    const after = files.find(({ path }) => path === mutant.path)?.after ?? '';
    const fate = await tryOne({ path: mutant.path, text }, after, watching, sight, ports, signal);
    if (!fate.ok) return fate;
    tried = counted(tried, fate.value, facts, ports);
  }
  await closeBench(task, ports);
  return ok(tried);
}

/** A comment at the end changes nothing that a test of behaviour can see. */
const commented = ({ path, after }: ChangedFile): string =>
  `${after}${after.endsWith('\n') ? '' : '\n'}${/\.(?:py|rb|sh|pl|r|jl|ex|exs)$/.test(path) ? '#' : '//'} llmclis\n`;

function counted(tried: Tried, fate: Fate, mutant: Mutant, { redact }: Ports): Tried {
  if (fate === 'killed') return { ...tried, killed: tried.killed + 1 };
  if (fate === 'elsewhere') return { ...tried, elsewhere: tried.elsewhere + 1 };
  const kept = { ...mutant, before: redact(mutant.before), after: redact(mutant.after) };
  return fate === 'survived' ? { ...tried, survived: [...tried.survived, kept] } : tried;
}

/** `none`: it is no program, so nothing is said about the tests. */
type Fate = 'killed' | 'survived' | 'elsewhere' | 'none';

async function tryOne(
  variant: { readonly path: string; readonly text: string },
  original: string,
  watching: readonly Watcher[],
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<Fate>> {
  const { workspace } = sight;
  const written = await put(workspace, variant.path, variant.text);
  if (!written.ok) return ok('none');
  const parse = parseCommand(variant.path);
  const parsed = parse === null ? null : await workspace.run(parse, { timeout_s: 30, label: 'check' }, signal);
  signal.throwIfAborted();
  const fate =
    parsed?.ok && parsed.value.exit !== 0 ? ok('none' as const) : await watch(watching, sight, ports, signal);
  const back = await put(workspace, variant.path, original);
  return back.ok ? fate : back;
}

async function put(workspace: Workspace, path: string, text: string): Promise<Result<void>> {
  const planned = await workspace.planWrite(path, text);
  return planned.ok ? workspace.apply(planned.value) : planned;
}

async function watch(
  watching: readonly Watcher[],
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<Fate>> {
  let fate: Fate = 'survived';
  for (const { item, timeout_s, names } of watching) {
    const looked = await lookOnce(item, sight, ports, signal, { timeout_s, as_it_is: true });
    if (!looked.ok) return looked;
    if (looked.value.exit === 0) continue;
    if (didNotCompile(looked.value.output)) return ok('none');
    if (isNoticedBy(names, looked.value)) return ok('killed');
    fate = 'elsewhere';
  }
  return ok(fate);
}

/** Where the tests that turned green are named, one of them must not pass any more. */
const isNoticedBy = (names: readonly string[], outcome: CheckOutcome): boolean =>
  names.length === 0 || names.some(name => !outcome.passing.includes(name));
