import type { Unloaded } from '../../core/check.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { FileChange } from '../../core/workspace.ts';
import { failToPass, isPath } from '../evidence.ts';
import { exitsIn, withoutExits } from '../exits.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { type Bench, openBench } from './bench.ts';
import { lookOnce, type Sight } from './look.ts';
import { passesWrongTests, type Turned } from './wrong-tests.ts';

/** `flaky`: the same tree gave two answers. */
export type Doubt = { readonly why: string; readonly flaky: boolean };

/**
 * Why a check that failed on the base and passes on the work proves nothing all the same; null when nothing is against it. The
 * doubts, the cheapest first: it names tests that fail; what a test could not load is not made by the change; the change ends the test
 * run by itself; wrong tests pass too; and the base, looked at once more in the same set-up, passes too.
 */
export async function doubt(
  turned: Turned,
  task: TaskState,
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
  back: { bench: Bench | null },
): Promise<Result<Doubt | null>> {
  const failing = turned.item.command.trimStart().startsWith('@') ? [] : turned.after.failing;
  if (failing.length > 0)
    return ok({
      why: `It ends with exit 0 and says that these tests fail: ${failing.slice(0, 20).join(' · ')}.`,
      flaky: false,
    });
  const unmade = await firstUnmade(turned.before.unloaded ?? [], sight, ports);
  if (unmade !== null)
    return ok({
      why: `On the base its tests could not load: ${sayUnloaded(unmade)} was missing, and the change does not make it.`,
      flaky: false,
    });
  const silenced = await endsByItself(turned, sight, ports, signal);
  if (!silenced.ok) return silenced;
  if (silenced.value !== null) return ok({ why: silenced.value, flaky: false });
  const deaf = await passesWrongTests(turned, sight, ports, signal);
  if (!deaf.ok) return deaf;
  if (deaf.value !== null) return ok({ why: deaf.value, flaky: false });
  const passes = await passesOnBase(turned, task, sight, ports, signal, back);
  return passes.ok ? ok(passes.value === null ? null : { why: passes.value, flaky: true }) : passes;
}

const sayUnloaded = ({ kind, name }: Unloaded): string => (kind === 'file' ? name : `the symbol ${name}`);

/** The first thing that the tests missed on the base and that no changed file and no added line of the work has. */
async function firstUnmade(
  unloaded: readonly Unloaded[],
  { changes, start, tree }: Sight,
  { repository }: Ports,
): Promise<Unloaded | null> {
  for (const missed of unloaded) {
    if (missed.kind === 'file' && changes.some(({ path, status }) => status !== 'deleted' && names(path, missed.name)))
      continue;
    const word = missed.name.split(/[./\\]/).findLast(part => part !== '') ?? missed.name;
    const added = await addedText(changes, start, tree, repository);
    if (missed.kind === 'symbol' && new RegExp(`(?<![\\w$])${escaped(word)}(?![\\w$])`).test(added)) continue;
    return missed;
  }
  return null;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `src/math.js` is what `../src/math.js`, `./math` and `pkg.math` mean, as far as the end of the path tells. */
function names(path: string, wanted: string): boolean {
  const plain = (text: string): readonly string[] =>
    text
      .replace(/\.(?:[cm]?[jt]sx?|py|go|rs|json)$/, '')
      .split(/[/\\]/)
      .filter(part => part !== '' && part !== '.' && part !== '..');
  const dotted = wanted.includes('/') ? plain(wanted) : plain(wanted).flatMap(part => part.split('.'));
  const isEntry = (part: string): boolean => /^(?:index|__init__|mod)$/.test(part);
  const have = plain(path);
  const want = isEntry(dotted.at(-1) ?? '') ? dotted.slice(0, -1) : dotted;
  const last = want.at(-1);
  return last === undefined || have.includes(last);
}

/** The lines of the work that the base does not have. */
async function addedText(
  changes: readonly FileChange[],
  start: string,
  tree: string,
  repository: Ports['repository'],
): Promise<string> {
  const texts: string[] = [];
  for (const { path } of changes) {
    const old = new Set(((await repository.fileAt(start, path)) ?? '').split('\n'));
    const now = (await repository.fileAt(tree, path)) ?? '';
    texts.push(...now.split('\n').filter(line => !old.has(line)));
  }
  return texts.join('\n');
}

/** Where no test is named, an exit in the change may be all that makes the run end well: without it, the check must still pass. */
async function endsByItself(
  { item, after }: Turned,
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<string | null>> {
  if (after.passing.some(name => !isPath(name))) return ok(null);
  const { workspace, changes, start, tree } = sight;
  const touched: string[] = [];
  for (const { path, status } of changes) {
    const text = status === 'deleted' ? null : await ports.repository.fileAt(tree, path);
    if (text === null || exitsIn(text, await ports.repository.fileAt(start, path)).length === 0) continue;
    const plan = await workspace.planWrite(path, withoutExits(text));
    const done = plan.ok ? await workspace.apply(plan.value) : plan;
    if (!done.ok) return done;
    touched.push(path);
  }
  if (touched.length === 0) return ok(null);
  const again = await lookOnce(item, sight, ports, signal, { as_it_is: true });
  const reset = await workspace.reset(tree);
  if (!again.ok || !reset.ok) return again.ok ? (reset.ok ? ok(null) : reset) : again;
  return ok(
    again.value.exit === 0
      ? null
      : `It passes because ${touched.join(', ')} ends the process: without that it fails, and nothing shows that its tests ran.`,
  );
}

/** Was it the change? The base is looked at once more, right after the work, and must still fail with the same tests. */
async function passesOnBase(
  { item, before, after }: Turned,
  task: TaskState,
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
  back: { bench: Bench | null },
): Promise<Result<string | null>> {
  if (back.bench === null) {
    const opened = await openBench(task, sight.start, ports, signal, 'base');
    if (!opened.ok) return opened;
    back.bench = opened.value;
  }
  const base: Sight = { ...back.bench, tree: sight.start, on: 'base', start: sight.start, changes: [] };
  const again = await lookOnce(item, base, ports, signal);
  if (!again.ok) return again;
  if (again.value.exit === 0)
    return ok('The base passes it now too, so something else than the change turned it green.');
  const turned = failToPass(before, after).filter(name => before.failing.includes(name));
  return ok(
    turned.length > 0 && again.value.failing.length > 0 && !turned.some(name => again.value.failing.includes(name))
      ? 'The base fails with other tests now than before, so something else than the change may have turned it green.'
      : null,
  );
}
