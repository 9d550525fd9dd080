// Sixty changes that do nothing on green suites, and forty tests that test nothing, each in a repository of its own with a scripted
// model. None may end as done.
// npm run soak -- unproven [changes|tests] [from] [step]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  doNothing,
  endOf,
  fateOf,
  isFate,
  makeJudged,
  runUnproven,
  strong,
  type Unproven,
  weak,
} from '../support/unproven.ts';

const [only = 'all', from = '1', step = '1'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'llmclis-soak-'));
const chosen = (all: readonly Unproven[]): readonly Unproven[] =>
  all.filter((_, place) => place + 1 >= Number(from) && (place + 1 - Number(from)) % Number(step) === 0);
let failed = 0;

const tell = (name: string, fits: boolean, end: string): void => {
  if (!fits) failed++;
  process.stdout.write(`${fits ? 'ok    ' : 'FAILED'} ${name}: ${end}\n`);
};
const inFolder = async <T>(place: string, work: (folder: string) => Promise<T>): Promise<T> => {
  const own = join(folder, place);
  const found = await work(own);
  rmSync(own, { recursive: true, force: true });
  return found;
};

let tried = 0;
let sentBack = 0;
if (only !== 'tests')
  for (const [place, one] of chosen(doNothing()).entries()) {
    const end = endOf(await inFolder(`change-${place}`, own => runUnproven(own, one, makeJudged())));
    tried++;
    tell(one.name, /^(?:blocked|refused): /.test(end), end);
  }
const changes = tried;
if (only !== 'changes')
  for (const [place, one] of chosen(weak()).entries()) {
    const fate = fateOf(await inFolder(`test-${place}`, own => runUnproven(own, one, isFate)));
    tried++;
    if (fate.startsWith('sent back')) sentBack++;
    tell(one.name, fate.startsWith('sent back'), fate);
  }
for (const [place, one] of strong().entries()) {
  const end = endOf(await inFolder(`real-${place}`, own => runUnproven(own, one, () => false)));
  tell(one.name, end === 'done', end);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `${changes} changes that do nothing, ${tried - changes} tests that test nothing (${sentBack} sent back): ${failed} failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
