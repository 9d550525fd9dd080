import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { PROJECT_FLAG } from '../project.ts';
import { formatTable } from '../table.ts';

/** Exit code when something needed is missing. */
const MISSING = 4;

type Report = Extract<Awaited<ReturnType<App['doctor']>>, { ok: true }>['value'];
const COLOURS = { ok: 'green', warn: 'yellow', bad: 'red' } as const;

function show({ looked, probes = [] }: Report, out: Output): void {
  for (const { area, state, says, remedy } of looked) {
    out.line(`${out.style(COLOURS[state], state.padEnd(4))}  ${area.padEnd(8)}  ${oneLine(says, 1000)}`);
    // A remedy is made to be copied: its lines stay as they are.
    out.lines(remedy.map(line => `                ${line}`));
  }
  if (probes.length === 0) return;
  out.line('');
  const rows = probes.map(({ name, attack, result, seen }) => {
    const colour = result === 'escaped' || result === 'fails' ? 'red' : result === 'untried' ? 'yellow' : 'green';
    return [out.style(colour, result), name, oneLine(seen ?? attack ?? 'must work', 120)];
  });
  out.lines(formatTable([{ title: 'result' }, { title: 'probe' }, { title: 'what it does' }], rows));
}

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Look at everything a run needs: sandbox, network, secrets, Node, git, database, models, disk, settings.',
  about:
    'Says what protects you, by trying it: the sandbox runs its attacks on itself once for each machine, and again when kernel, bubblewrap or options change. Where something is missing it prints the exact commands that mend it. Changes nothing; no secret is shown. Exit 0 when a run can start, 4 when something needed is missing.',
  args: {},
  flags: {
    probe: { type: 'boolean', help: 'Attack the sandbox now, and list every attack and every control.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis doctor', does: 'One line for each thing: ok, warn or bad, and what to do.' },
    { command: 'llmclis doctor --probe', does: 'Also every attack on the sandbox, and what became of it.' },
    { command: 'llmclis doctor --json', does: 'As {"looked": [{"area", "state", "says", "remedy"}], "probes"}.' },
  ],
  run: async (app: Pick<App, 'doctor' | 'project'>, { flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok && flags.project_id !== undefined) return project;
    const report = await app.doctor(project.ok ? project.value : null, { probe: flags.probe });
    if (!report.ok) return report;
    show(report.value, out);
    const count = (state: string): number => report.value.looked.filter(look => look.state === state).length;
    const verdict =
      count('bad') === 0 ? 'A run can start' : `${plural(count('bad'), 'thing is', 'things are')} missing`;
    out.line('');
    out.line(`${verdict}${count('warn') === 0 ? '.' : `; ${plural(count('warn'), 'warning', 'warnings')}.`}`);
    if (out.isJson) out.json(report.value);
    return ok(count('bad') === 0 ? 0 : MISSING);
  },
});
