import type { App, PlanWatchEvent } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { syncLines } from '../plan-text.ts';
import { AGENT_FLAG, PROJECT_FLAG } from '../project.ts';

const INTERRUPTED = 130;

export const planWatch = defineCommand({
  name: 'plan watch',
  summary: 'Keep the plan files and the database in step while people, editors and agents change them.',
  about:
    'Syncs within a second of an edit of any plan file, of llmclis.yaml, or of the database by another process. A file that an editor empties for a moment takes no task away; a merge conflict is said once and waits until it is resolved. Ctrl-C ends it.',
  args: {},
  flags: {
    agent: { ...AGENT_FLAG, help: 'Who is named as the plan’s last editor; default: llmclis.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis plan watch', does: 'One line for each sync that did something.' },
    { command: 'llmclis plan watch --json', does: 'Events, one per line: plan.synced, plan.trouble, …' },
  ],
  run: async (app: Pick<App, 'project' | 'watchPlans'>, { flags }, out, shell) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const signal = shell.interrupts();
    const onEvent = (event: PlanWatchEvent) => (out.isJson ? out.json(event) : show(event, out));
    const watched = await app.watchPlans(project.value, { agent: flags.agent ?? 'llmclis', onEvent, signal });
    return watched.ok ? ok(INTERRUPTED) : watched;
  },
});

function show(event: PlanWatchEvent, out: Output): void {
  const time = out.style('dim', event.at.slice(11, 19));
  if (event.type === 'plan.watching') out.note(`Watching ${oneLine(event.files.join(', '), 200)}. Ctrl-C ends it.`);
  else if (event.type === 'plan.mended') out.line(`${time} ${out.style('green', 'in order again')}`);
  else if (event.type === 'plan.synced')
    out.lines(syncLines(event).map((line, place) => (place === 0 ? `${time} ${line.trim()}` : line)));
  else {
    const { message, hint } = event.error;
    out.line(
      `${time} ${out.style('red', 'waiting:')} ${oneLine(message, 400)} ${out.style('dim', oneLine(hint, 200))}`,
    );
  }
}
