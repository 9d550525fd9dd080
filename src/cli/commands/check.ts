import type { App, CheckKindCard, CheckReport, CheckRow } from '../../app.ts';
import { ok, type Result } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { PROJECT_FLAG } from '../project.ts';
import { formatTable } from '../table.ts';
import { sayInterrupted } from './orchestrate.ts';

/** Exit code of `check` when one of them is not satisfied. */
const NOT_SATISFIED = 3;
const SHOWN_LINES = 12;
const SHOWN_TESTS = 20;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function countsText({ passed, failed, skipped }: CheckRow): string {
  if (passed === null && failed === null) return '';
  const parts = [
    `${passed ?? 0} passed`,
    `${failed ?? 0} failed`,
    ...((skipped ?? 0) > 0 ? [`${skipped} skipped`] : []),
  ];
  return `  ${parts.join(', ')}`;
}

/** One line for the check; under it, when it is not satisfied, the failing tests, or the end of what it said. */
function showRow(row: CheckRow, out: Output): void {
  const isGood = row.exit === 0;
  const mark = out.style(isGood ? 'green' : 'red', isGood ? 'ok  ' : 'FAIL');
  const flaky = row.flaky ? `  ${out.style('yellow', 'flaky: it failed, then passed on the same files')}` : '';
  const ended = row.kind === 'command' && !isGood ? `  exit ${row.exit}` : '';
  out.line(
    `${mark}  ${oneLine(row.command, 200)}${countsText(row)}${ended}  ${out.style('dim', seconds(row.ms))}${flaky}`,
  );
  if (isGood && !row.flaky) return;
  if (row.missing !== null) out.line(`      cannot run: ${oneLine(row.missing, 200)}`);
  for (const name of row.failing.slice(0, SHOWN_TESTS)) out.line(`      failed: ${oneLine(name, 200)}`);
  if (row.failing.length > SHOWN_TESTS) out.line(`      … and ${row.failing.length - SHOWN_TESTS} more`);
  if (row.failing.length > 0) return;
  const lines = row.output.trimEnd().split('\n');
  if (lines.length > SHOWN_LINES)
    out.line(out.style('dim', `      … ${lines.length - SHOWN_LINES} lines before; --json has all`));
  for (const line of lines.slice(-SHOWN_LINES)) out.line(`      ${oneLine(line, 300)}`);
}

function showEnd(report: CheckReport, out: Output): void {
  for (const text of report.not_asked)
    out.line(`${out.style('dim', 'none')}  ${oneLine(text, 200)}  a second model decides; only a run asks it`);
  const bad = report.checks.filter(row => row.exit !== 0).length;
  const flaky = report.checks.filter(row => row.flaky).length;
  out.line('');
  const checks = plural(report.checks.length, 'check', 'checks');
  if (report.checks.length === 0) out.line('Nothing was run.');
  else out.line(bad === 0 ? `${checks}, all satisfied.` : `${bad} of ${checks} not satisfied.`);
  if (flaky > 0)
    out.line(
      `${plural(flaky, 'check is', 'checks are')} flaky: after a failure that is followed by a pass, it has to pass twice more. In a run it proves nothing.`,
    );
}

function showKinds(kinds: readonly CheckKindCard[], out: Output): void {
  const rows = kinds.map(kind => [
    `@${kind.name}`,
    kind.options.map(({ name, required }) => (required ? `${name}=…` : `[${name}=…]`)).join(' '),
    kind.guard ? 'guards' : 'proves',
  ]);
  out.lines(
    formatTable([{ title: 'kind' }, { title: 'values' }, { title: '' }], [['command', 'npm test', 'proves'], ...rows]),
  );
  out.line('');
  for (const kind of kinds) out.line(`@${kind.name}: ${kind.summary}\n    ${kind.example}`);
  out.line('');
  out.line('What only guards can refuse work and never proves it. More: docs/checks.md');
  if (out.isJson) out.json({ kinds });
}

export const check = defineCommand({
  name: 'check',
  summary: 'Run checks on your files as they are now, in the sandbox; nothing of yours is touched.',
  about:
    'A check is a command (it passes with exit 0), or @kind with values: @file path=src/a.js (llmclis check --list shows all kinds). Each CHECK is one word of the command line, so put quotes around it. Without one, the project’s own are run (verify: in llmclis.yaml). They see a copy with your uncommitted and new files, but without ignored ones; dependencies are linked, setup: runs first, there is no network. A check that fails is run once more: when it passes then it is flaky, and must pass twice more. Exit 0 when all are satisfied, 3 when one is not.',
  args: { check: { list: true, help: 'A check; default: the project’s.' } },
  flags: {
    task: { type: 'string', value: 'KEY', help: 'The checks of this task and of its role too.' },
    list: { type: 'boolean', help: 'Show every kind of check, with an example, and run none.' },
    'no-sandbox': { type: 'boolean', help: 'Run commands with your own rights.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis check', does: 'The project’s checks, on what you have now.' },
    { command: 'llmclis check --task S1.1', does: 'Would this task be done?' },
    { command: 'llmclis check "npm test" "@diff allow=src/**" @no-secrets', does: 'Before a commit; exit 3 stops it.' },
    { command: 'llmclis check --list', does: 'Every kind of check there is.' },
    { command: 'llmclis check --json', does: 'Each check with its counts, failing tests and output.' },
  ],
  run: async (
    app: Pick<App, 'project' | 'check' | 'checkKinds'>,
    { args, flags },
    out,
    shell,
  ): Promise<Result<number>> => {
    if (flags.list) {
      showKinds(await app.checkKinds(), out);
      return ok(0);
    }
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const signal = shell.interrupts();
    sayInterrupted(signal, 'your files were not touched.', out);
    const no_sandbox = flags['no-sandbox'] || undefined;
    const wish = { checks: args.check, ...given({ task: flags.task, no_sandbox }) };
    const report = await app.check(project.value, wish, row => showRow(row, out), signal);
    if (!report.ok) return report;
    showEnd(report.value, out);
    if (out.isJson) out.json(report.value);
    return ok(report.value.ok ? 0 : NOT_SATISFIED);
  },
});
