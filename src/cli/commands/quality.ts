import { ok } from '../../core/failure.ts';
import { count, money, oneLine } from '../../core/line.ts';
import { QUALITY_GROUPS, type QualityRow } from '../../core/quality.ts';
import { defineCommand } from '../command.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { type Column, formatTable } from '../table.ts';

const DAY_MS = 86_400_000;

export const quality = defineCommand({
  name: 'quality',
  summary: 'How well roles and models do: tries, what passed, what was refused and why, what it cost.',
  about:
    'Counted from every turn that a check, a tester or a critic judged. A turn that was interrupted, asked a question, handed over or met a provider in trouble costs, but is in no share.',
  args: {},
  flags: {
    by: {
      type: 'string',
      value: 'G',
      help: 'pair (role and model, the default), role, model, or tag (both, for each tag).',
      choices: QUALITY_GROUPS,
    },
    days: { type: 'number', value: 'N', min: 1, max: 36_500, help: 'Only the last N days.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis quality', does: 'One line for each role and model.' },
    { command: 'llmclis quality --by tag --days 30', does: 'Where which model is good, in the last month.' },
    {
      command: 'llmclis quality --json',
      does: 'As {"by", "quality": [{"role", "model", "tries", "passed", "success", "refused", "usd", …}]}.',
    },
  ],
  run: async (app: ReadsTasks & { now(): Date }, { flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const by = flags.by ?? 'pair';
    const since =
      flags.days === undefined ? {} : { since: new Date(app.now().getTime() - flags.days * DAY_MS).toISOString() };
    const rows = at.value.km.quality(at.value.project.id, { by, ...since });
    if (out.isJson) out.json({ by, quality: rows });
    else if (rows.length === 0) out.line('No turn was judged yet: llmclis orchestrate');
    else out.lines(tableOf(rows));
    return ok(0);
  },
});

const REASONS_SHOWN = 4;

function tableOf(rows: readonly QualityRow[]): readonly string[] {
  const columns: readonly (Column & { readonly of: (row: QualityRow) => string | null })[] = [
    { title: 'role', of: row => row.role },
    { title: 'model', of: row => row.model && oneLine(row.model, 40) },
    { title: 'tag', of: row => row.tag && oneLine(row.tag, 30) },
    { title: 'tasks', align: 'right', of: row => count(row.tasks) },
    { title: 'tries', align: 'right', of: row => count(row.tries) },
    { title: 'passed', align: 'right', of: row => count(row.passed) },
    {
      title: 'success',
      align: 'right',
      of: row => (row.success === null ? '–' : `${Math.round(row.success * 100)} %`),
    },
    { title: 'cost', align: 'right', of: row => money(row.usd) },
    { title: 'per pass', align: 'right', of: row => (row.usd_per_pass === null ? '–' : money(row.usd_per_pass)) },
    { title: 'refused', of: reasonsOf },
  ];
  const shown = columns.filter(({ of, title }) => title === 'refused' || rows.some(row => of(row) !== null));
  return formatTable(
    shown,
    rows.map(row => shown.map(({ of }) => of(row) ?? '')),
  );
}

/** `3 checks failed, 1 empty diff`, the most frequent first. */
function reasonsOf({ refused }: QualityRow): string {
  const sorted = Object.entries(refused).toSorted(([, a], [, b]) => b - a);
  const said = sorted.slice(0, REASONS_SHOWN).map(([reason, times]) => `${times} ${reason.replaceAll('_', ' ')}`);
  return sorted.length > REASONS_SHOWN ? `${said.join(', ')}, …` : said.join(', ');
}
