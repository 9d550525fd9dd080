import { join } from 'node:path';
import { openApp } from '../../../src/app.ts';
import type { RunEvent } from '../../../src/core/event.ts';
import { printScript, type ReplayEntry } from '../../../src/models/replay-script.ts';
import { of } from '../events.ts';
import { writeFiles } from '../repository.ts';
import { finish, reply, SHIPPED } from '../run.ts';
import type { RepositoryKind } from './kinds.ts';

/** One scripted model for every role; it does nothing, so that the base is all there is to see. */
const REGISTRY = `version: 1
providers:
  here: {kind: replay, script: replay.yaml, location: local}
models:
  small: {provider: here, id: small, context: {window: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
roles:
  coder: {ladder: [small], needs: [tools]}
  tester: {ladder: [small], needs: [tools]}
  manager: {ladder: [small], needs: [tools]}
`;

export type BaseVerdict = {
  readonly verify: readonly string[];
  /** What the checks said together of the base; null when no check could be begun. */
  readonly verdict: string | null;
  readonly passing: readonly string[];
  readonly failing: readonly string[];
  /** Who took the first turn after it; null where nobody did. */
  readonly turn: string | null;
  /** Why the task was blocked, if it was. */
  readonly blocked: string | null;
  /** Why the run ended, and with which exit code; the failure where there was no run. */
  readonly because: string;
  readonly exit: number | null;
  readonly events: readonly RunEvent[];
};

const DESCRIPTION = 'The function count gives the number of words of a text, parted by spaces: three for "a b c".';

/** `init`, one task without checks of its own, and one turn (or the scripted ones): what a person sees who edits no setting. */
export async function baseVerdict(
  kind: RepositoryKind,
  folder: string,
  options: { readonly no_sandbox: boolean; readonly home?: string; readonly script?: readonly ReplayEntry[] },
): Promise<BaseVerdict> {
  const root = kind.make(join(folder, 'project'));
  writeFiles(folder, {
    'registry.yaml': REGISTRY,
    'replay.yaml': printScript(options.script ?? [reply('T1', 1, 1, finish())]),
  });
  const env = { ...process.env, LLMCLIS_HOME: options.home ?? join(folder, 'home') };
  const app = openApp({ env, cwd: root, version: '0.0.0', shipped: SHIPPED });
  try {
    const made = await app.init({});
    if (!made.ok) throw new Error(made.error.message);
    const km = app.km();
    if (!km.ok) throw new Error(km.error.message);
    const { project, verify } = made.value;
    km.value.addTask({ project_id: project.id, key: 'T1', title: 'Count words', description: DESCRIPTION }, 'test');
    const events: RunEvent[] = [];
    const run = await app.orchestrate(
      project,
      {
        registry: join(folder, 'registry.yaml'),
        max_steps: options.script === undefined ? 1 : 10,
        no_sandbox: options.no_sandbox,
      },
      event => events.push(event),
      new AbortController().signal,
    );
    const [check] = of(events, 'check.ended').filter(({ on }) => on === 'base');
    return {
      verify,
      verdict: of(events, 'checks.judged').find(({ on }) => on === 'base')?.verdict ?? null,
      passing: check?.passing ?? [],
      failing: check?.failing ?? [],
      turn: of(events, 'turn.started')[0]?.role ?? null,
      blocked: of(events, 'task.blocked')[0]?.reason ?? null,
      because: run.ok ? run.value.because : `${run.error.message} ${run.error.hint}`,
      exit: run.ok ? run.value.exit : null,
      events,
    };
  } finally {
    app.close();
  }
}

/** What of a verdict is not as the kind says; null when all is. */
export function wrongWith(kind: RepositoryKind, seen: BaseVerdict): string | null {
  const wrong = (what: string, found: unknown, wanted: unknown): string =>
    `${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;
  const wantedVerify = kind.verify === null ? [] : [kind.verify];
  if (seen.verify.join('\n') !== wantedVerify.join('\n')) return wrong('verify', seen.verify, wantedVerify);
  if (typeof kind.verdict === 'object') {
    if (seen.exit !== 4) return wrong('the exit code', seen.exit, 4);
    return seen.because.includes(kind.verdict.missing) ? null : wrong('the reason', seen.because, kind.verdict.missing);
  }
  if (seen.verdict !== kind.verdict) return wrong('the verdict', seen.verdict ?? seen.because, kind.verdict);
  const passing = (kind.passing ?? []).find(name => !seen.passing.includes(name));
  if (passing !== undefined) return wrong('the list of passing tests', seen.passing, kind.passing);
  const failing = (kind.failing ?? []).find(name => !seen.failing.includes(name));
  if (failing !== undefined) return wrong('the list of failing tests', seen.failing, kind.failing);
  const role = kind.turn ?? 'coder';
  return seen.turn === role ? null : wrong('the role of the first turn', seen.turn, role);
}
