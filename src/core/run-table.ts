import type { RunView } from './run-view.ts';
import { count, money } from './sentence.ts';

export const RUN_COLUMNS = ['task', 'tries', 'models', 'checks', 'tokens', 'cost', 'proof'] as const;
export const NARROW_RUN_COLUMNS = ['task', 'tries', 'checks', 'tokens', 'cost', 'proof'] as const;
/** Columns of a terminal from which a run's table has its full width. */
export const WIDE_RUN_TABLE = 100;

/** A run's rows as texts, one cell per entry of RUN_COLUMNS; the last row is the total. */
export function runTable(view: RunView): readonly (readonly string[])[] {
  const tokens = (sum: { readonly in: number; readonly out: number }): string => count(sum.in + sum.out);
  const rows = view.rows.map(row => [
    `${row.key} ${row.title}`.trim(),
    count(row.tries),
    row.models.join(' → '),
    row.checks === null ? '' : `${row.checks.passed}/${row.checks.total}`,
    tokens(row.tokens),
    money(row.usd),
    row.proof ?? (row.reason === null ? row.status : `${row.status}: ${row.reason.replaceAll('_', ' ')}`),
  ]);
  const { calls } = view.totals;
  const tries = view.rows.reduce((sum, row) => sum + row.tries, 0);
  return [
    ...rows,
    [
      'total',
      count(tries),
      `${count(calls.local)} local, ${count(calls.cloud)} cloud`,
      '',
      tokens(view.totals.tokens),
      money(view.totals.usd),
      '',
    ],
  ];
}

/** The same for a narrow place: the models stand in a line below their task, and a blocked task says its reason alone. */
export function narrowRunTable(view: RunView): readonly (readonly string[])[] {
  return runTable(view).flatMap(
    ([task = '', tries = '', models = '', checks = '', tokens = '', cost = '', proof = '']) => {
      const row = [task, tries, checks, tokens, cost, proof.replace(/^blocked: /, '')];
      return models === '' ? [row] : [row, [`└ ${models}`, '', '', '', '', '']];
    },
  );
}

/** `$0.0123 · all-cloud ≈ $0.0456 (estimate)`; the estimate is for the tasks done so far. */
export function costLine(view: RunView): string {
  const { usd, usd_all_cloud } = view.totals;
  if (usd_all_cloud === null || !view.rows.some(row => row.status === 'done'))
    return `${money(usd)} · all-cloud: no task done yet`;
  return `${money(usd)} · all-cloud ≈ ${money(usd_all_cloud)} (estimate)`;
}
