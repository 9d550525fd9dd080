import type { QualityOptions, QualityRow } from '../../core/quality.ts';
import { type Attempt, UNJUDGED } from '../../core/task.ts';
import type { Queries } from '../queries.ts';

type Row = Omit<Attempt, 'run_id' | 'evidence'> & { readonly task_id: number; readonly tags: string };

/** How turns went, from what every one of them left behind; the most tries first. */
export function qualityOf(
  q: Queries,
  projectId: number | null,
  { by, since = '' }: QualityOptions,
): readonly QualityRow[] {
  const rows = q.all<Row>(
    `SELECT a.task_id, a.role, a.model, a.location, a.outcome, a.tokens_in, a.tokens_out, a.usd, t.tags
     FROM attempts a JOIN tasks t ON t.id = a.task_id
     WHERE (? IS NULL OR t.project_id = ?) AND a.at >= ? ORDER BY a.id`,
    projectId,
    projectId,
    since,
  );
  const groups = new Map<string, { readonly tag: string | null; readonly rows: Row[] }>();
  for (const row of rows) {
    for (const tag of by === 'tag' ? tagsOf(row) : [null]) {
      const key = JSON.stringify([by === 'model' ? '' : row.role, by === 'role' ? '' : row.model, row.location, tag]);
      const group = groups.get(key) ?? { tag, rows: [] };
      group.rows.push(row);
      groups.set(key, group);
    }
  }
  return [...groups.values()]
    .map(group => summed(group.rows, group.tag, by))
    .sort((a, b) => b.tries - a.tries || b.passed - a.passed || nameOf(a).localeCompare(nameOf(b)));
}

const nameOf = ({ role, model, tag }: QualityRow): string => `${role} ${model} ${tag}`;

function tagsOf({ tags }: Row): readonly (string | null)[] {
  const list: readonly string[] = JSON.parse(tags);
  return list.length === 0 ? [null] : list;
}

function summed(rows: readonly Row[], tag: string | null, by: QualityOptions['by']): QualityRow {
  const [first] = rows;
  const judged = rows.filter(({ outcome }) => !UNJUDGED.includes(outcome));
  const passed = judged.filter(({ outcome }) => outcome === 'passed').length;
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const refused: Partial<Record<Attempt['outcome'], number>> = {};
  for (const { outcome } of judged) if (outcome !== 'passed') refused[outcome] = (refused[outcome] ?? 0) + 1;
  const usd = Math.round(sum(row => row.usd) * 1e6) / 1e6;
  return {
    role: by === 'model' ? null : (first?.role ?? null),
    model: by === 'role' ? null : (first?.model ?? null),
    location: first?.location ?? null,
    tag,
    tasks: new Set(rows.map(({ task_id }) => task_id)).size,
    tries: judged.length,
    passed,
    success: judged.length === 0 ? null : Math.round((passed / judged.length) * 1e4) / 1e4,
    refused,
    tokens: { in: sum(row => row.tokens_in), out: sum(row => row.tokens_out) },
    usd,
    usd_per_pass: passed === 0 ? null : Math.round((usd / passed) * 1e6) / 1e6,
  };
}
