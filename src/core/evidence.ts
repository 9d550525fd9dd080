import type { CheckResult } from './check.ts';
import type { Refusal } from './event.ts';
import { count, oneLine } from './line.ts';
import type { Certificate } from './proof.ts';
import { type Recalled, sayRecalled } from './recalled.ts';

type Run = Pick<CheckResult, 'exit' | 'passed' | 'failed' | 'failing' | 'missing'>;

/** What one check said last, on the base and on the work; null where it has not run there. */
export type CheckEvidence = {
  readonly command: string;
  readonly of: 'task' | 'verify';
  readonly base: Run | null;
  readonly work: Run | null;
  readonly flaky: boolean;
};

/** The report of the last run that worked a task. */
export type TaskEvidence = {
  readonly run_id: string;
  readonly checks: readonly CheckEvidence[];
  readonly refusals: readonly { readonly because: Refusal; readonly detail: string; readonly model: string }[];
  readonly mutants: { readonly tried: number; readonly killed: number } | null;
  readonly certificate: Certificate | null;
  /** What memory put into its last brief; null where the journal does not say. */
  readonly recalled: Recalled | null;
};

export type EvidenceLine = { readonly text: string; readonly tone: 'good' | 'bad' | 'dim' };

/** The report in lines: each check before and after, what was refused, the certificate. */
export function evidenceLines({
  checks,
  refusals,
  mutants,
  certificate,
  recalled,
}: TaskEvidence): readonly EvidenceLine[] {
  const refused = new Map<string, number>();
  for (const { because } of refusals) refused.set(because, (refused.get(because) ?? 0) + 1);
  return [
    ...checks.map(checkLine),
    ...[...refused].map(
      ([because, times]): EvidenceLine => ({
        text: `refused ${because.replaceAll('_', ' ')}${times === 1 ? '' : ` ${times} times`}`,
        tone: 'dim',
      }),
    ),
    ...(mutants === null
      ? []
      : [{ text: `noticed ${count(mutants.killed)} of ${count(mutants.tried)} wrong variants`, tone: 'dim' } as const]),
    ...(certificate === null
      ? []
      : [
          {
            text: `certificate on ${certificate.commit.slice(0, 8)}: llmclis verify ${certificate.commit.slice(0, 8)}`,
            tone: 'good',
          } as const,
        ]),
    ...recalledLines(recalled),
  ];
}

/** Each entry with the words that show it. */
function recalledLines(recalled: Recalled | null): readonly EvidenceLine[] {
  if (recalled === null || recalled.entries.length === 0) return [];
  const text = `recalled ${sayRecalled(recalled)}, ${count(recalled.tokens)} of ${count(recalled.budget)} tokens`;
  return [{ text, tone: 'dim' }];
}

function checkLine({ command, base, work, flaky }: CheckEvidence): EvidenceLine {
  const now = work ?? base;
  const before = base === null ? '' : saidBy(base);
  const after = work === null ? '' : saidBy(work);
  const what = before === '' || after === '' ? before || after : `${before} → ${after}`;
  const proves = base !== null && work !== null && base.exit !== 0 && work.exit === 0 && !flaky;
  return {
    text: `${proves ? 'proved by' : 'check'} ${oneLine(command, 120)}: ${what}${flaky ? ' (flaky)' : ''}`,
    tone: work === null ? 'dim' : now?.exit === 0 ? 'good' : 'bad',
  };
}

function saidBy({ exit, passed, failed, missing }: Run): string {
  if (missing !== null) return `needs ${oneLine(missing, 80)}`;
  const counts = [
    ...((passed ?? 0) === 0 ? [] : [`${count(passed ?? 0)} passed`]),
    ...((failed ?? 0) === 0 ? [] : [`${count(failed ?? 0)} failed`]),
  ];
  return counts.length > 0 ? counts.join(', ') : exit === 0 ? 'passed' : `exit ${exit}`;
}
