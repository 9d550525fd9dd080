import type { CheckResult } from '../../core/check.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { Workspace } from '../../core/workspace.ts';
import type { Item } from '../check-list.ts';
import type { Ports } from '../ports.ts';
import { canBeWrong, filesOfTests, NO_PROGRAM, wrongTests } from '../wrong-tests.ts';
import { lookOnce, type Sight } from './look.ts';

/** What turned green, and where: the base result of the same check, and the sight of the work. */
export type Turned = { readonly item: Item; readonly before: CheckResult; readonly after: CheckResult };

/** Test files that are looked through for the tests that turned green. */
const MOST_READ = 500;

/**
 * Does the check still pass when its tests expect something else? Then they did not run to their end, or their assertions do not count
 * any more: an exit, a runner or an assertion that the change replaced, a value that is equal to everything. Null: it fails, as it must.
 * A file that the check does not even load says nothing.
 */
export async function passesWrongTests(
  { item, before, after }: Turned,
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<string | null>> {
  if (!/^(?!\s*@)|^\s*@(?:tests|exit|output)\b/.test(item.command)) return ok(null);
  const texts = await testTexts(sight.workspace);
  let deaf: string | null = null;
  for (const path of filesOfTests(before, after, texts)) {
    // The last one tells whether the check loads the file at all.
    const wrong = wrongTests(path, texts.get(path) ?? '', item.command);
    const passed = await passingVariants(path, [...wrong, NO_PROGRAM], item, sight, ports, signal);
    if (!passed.ok) return passed;
    if (passed.value !== wrong.length) continue;
    deaf = `It still passes when ${path} is made to fail: its tests do not run to their end, or the change makes them pass whatever they find.`;
    break;
  }
  const reset = await sight.workspace.reset(sight.tree);
  return reset.ok ? ok(deaf) : reset;
}

async function testTexts(workspace: Workspace): Promise<ReadonlyMap<string, string>> {
  const paths = await workspace.list();
  const texts = new Map<string, string>();
  for (const path of paths.ok ? paths.value.filter(canBeWrong).slice(0, MOST_READ) : []) {
    const file = await workspace.read(path);
    if (file.ok) texts.set(path, file.value.text);
  }
  return texts;
}

/** How many variants of a file the check passes before it fails for one. */
async function passingVariants(
  path: string,
  variants: readonly string[],
  item: Turned['item'],
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<number>> {
  for (const [place, text] of variants.entries()) {
    const passes = await passesWith(path, text, item, sight, ports, signal);
    if (!passes.ok) return passes;
    if (!passes.value) return ok(place);
  }
  return ok(variants.length);
}

async function passesWith(
  path: string,
  text: string,
  item: Turned['item'],
  sight: Sight,
  ports: Ports,
  signal: AbortSignal,
): Promise<Result<boolean>> {
  const { workspace, tree } = sight;
  const reset = await workspace.reset(tree);
  if (!reset.ok) return reset;
  const plan = await workspace.planWrite(path, text);
  const done = plan.ok ? await workspace.apply(plan.value) : plan;
  // A file that cannot be written anew (its encoding, its size) cannot be tried.
  if (!done.ok) return ok(false);
  const looked = await lookOnce(item, sight, ports, signal, { as_it_is: true });
  return looked.ok ? ok(looked.value.exit === 0) : looked;
}
