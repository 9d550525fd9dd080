import { fail, ok, type Result } from '../../core/failure.ts';
import { backlog } from './data/backlog.ts';
import { beads } from './data/beads.ts';
import { org } from './data/org.ts';
import { ownJson } from './data/own-json.ts';
import { taskmaster } from './data/taskmaster.ts';
import { taskwarrior } from './data/taskwarrior.ts';
import { todoTxt } from './data/todo-txt.ts';
import type { Dialect, PlanSource } from './dialect.ts';
import { MARKDOWN_DIALECTS } from './markdown/index.ts';
import { sawIn } from './saw.ts';

/** Every way to write tasks down that can be imported, our own plan aside; of equally sure ones the earlier is taken. */
export const DIALECTS: readonly Dialect[] = [
  ownJson,
  taskmaster,
  beads,
  taskwarrior,
  backlog,
  org,
  ...MARKDOWN_DIALECTS,
  todoTxt,
];

/** What our own plans are called by `--from`. */
export const OWN_PLAN = 'plan';

/** Less sure than this is a guess. */
const LEAST_SCORE = 0.3;

/** This sure, the others need not be asked: formats of data come first, and nobody takes one for another. */
const CERTAIN = 0.95;

export type Detected = { readonly dialect: Dialect; readonly score: number; readonly because: string };

/** The dialect that is most sure of the source, or a failure that says what was seen and what was expected. */
export function detectDialect(source: PlanSource): Result<Detected> {
  let best: Detected | null = null;
  for (const dialect of DIALECTS) {
    const { score, because } = dialect.detect(source);
    if (score >= LEAST_SCORE && score > (best?.score ?? 0)) best = { dialect, score, because };
    if (score >= CERTAIN) break;
  }
  return best === null ? unknownDialect(source) : ok(best);
}

/** The dialect with this name. */
export function dialectNamed(name: string): Result<Dialect> {
  const dialect = DIALECTS.find(known => known.name === name);
  return dialect === undefined
    ? fail(
        'input.invalid',
        `There is no dialect ${JSON.stringify(name.slice(0, 40))}.`,
        `Give one of: ${[OWN_PLAN, ...DIALECTS.map(known => known.name)].join(', ')}.`,
      )
    : ok(dialect);
}

function unknownDialect(source: PlanSource): Result<never> {
  const expected = DIALECTS.map(dialect => `  ${dialect.name}: ${dialect.looks_like}`).join('\n');
  return fail(
    'input.invalid',
    `${source.name} is written in no known way, so nothing was imported. It has ${sawIn(source)}. Known are:\n${expected}`,
    'Name the dialect when you know it: llmclis plan import FILE --from NAME',
  );
}
