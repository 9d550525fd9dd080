import type { App, DryRun, OrchestrateOptions } from '../../app.ts';
import { MERGE_MODES, ROUTING_MODES, type RunEvent } from '../../core/event.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine, sentence } from '../../core/sentence.ts';
import type { Project } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { PROJECT_FLAG } from '../project.ts';
import { askSecret, canAsk } from '../prompt.ts';
import { createRunPrinter } from '../run-printer.ts';
import type { Shell } from '../shell.ts';
import { nextText } from '../task-text.ts';
import { askProposed } from './permissions.ts';

function showDryRun({ next, route }: DryRun, out: Output): void {
  out.line(nextText(next, out));
  if (route !== null) {
    const model = route.model === null ? 'no model' : `${route.model} (${route.location ?? ''})`;
    out.line(`model   ${oneLine(model)}, ${oneLine(route.because, 400)}`);
    for (const passed of route.passed_over)
      out.line(`not     ${oneLine(passed.model)}: ${oneLine(passed.because, 400)}`);
  }
  out.line('Nothing was called and nothing was changed.');
  if (out.isJson) out.json({ next, route });
}

/** Says on stderr, at the first Ctrl-C, that the run is ending and how it goes on later; not when only the reader went away. */
export function sayInterrupted(signal: AbortSignal, again: string, out: Output): void {
  const say = (): void => {
    if (!out.closed()) out.note(`Stopping. Nothing is lost: ${again} (Ctrl-C once more ends at once.)`);
  };
  if (signal.aborted) say();
  else signal.addEventListener('abort', say, { once: true });
}

type Needs = Pick<App, 'project' | 'pullPlans' | 'dryRun' | 'orchestrate' | 'permissions' | 'decidePermissions'>;

async function work(
  app: Pick<App, 'orchestrate'>,
  project: Project,
  options: OrchestrateOptions,
  shell: Shell,
): Promise<Result<number>> {
  const { out } = shell;
  const printer = createRunPrinter(out, shell.terminal.columns());
  const signal = shell.interrupts();
  sayInterrupted(signal, `llmclis orchestrate --project_id ${project.id} resumes it.`, out);
  let finished: Extract<RunEvent, { type: 'run.finished' }> | null = null;
  const seen = (event: RunEvent): void => {
    if (event.type === 'run.finished') finished = event;
    printer.event(event);
  };
  const person = {
    tell: out.note,
    ...(canAsk(shell) && { secret: (question: string) => askSecret(question, shell) }),
  };
  const ended = await app.orchestrate(project, options, seen, signal, person);
  if (!ended.ok) return ended;
  printer.table();
  showEnd(finished, out);
  return ok(ended.value.exit);
}

/** The last lines of a run: how it ended, and the next command. */
export function showEnd(finished: Extract<RunEvent, { type: 'run.finished' }> | null, out: Output): void {
  if (finished === null) return;
  out.line('');
  out.line(sentence(finished) ?? '');
  if (finished.next !== '') out.line(`next: ${oneLine(finished.next, 400)}`);
}

export const orchestrate = defineCommand({
  name: 'orchestrate',
  summary: 'Work on the plan: take the next task, let the models work, prove the result by checks, and go on.',
  about:
    'Ends when nothing is ready or at --max_steps, and says what waits for what. The same command resumes a run that was killed. Started twice, both share the tasks.',
  args: {},
  flags: {
    project_id: PROJECT_FLAG,
    max_steps: { type: 'number', value: 'N', min: 1, help: 'At most so many steps: turns of one role on one task.' },
    workers: {
      type: 'number',
      value: 'N',
      min: 1,
      max: 16,
      help: 'Work on so many tasks at once, each in a worktree of its own; steps and budget are shared. Default: 1.',
    },
    registry: {
      type: 'string',
      value: 'FILE',
      help: 'The model registry; default: the project’s, yours, the shipped one.',
    },
    merge: {
      type: 'string',
      value: 'MODE',
      choices: MERGE_MODES,
      help: 'Where proven work goes: a branch of the run, your branch, one branch per task.',
    },
    mode: {
      type: 'string',
      value: 'MODE',
      choices: ROUTING_MODES,
      help: 'Which models may be asked, and in which order.',
    },
    budget_usd: { type: 'number', value: 'X', min: 0, fraction: true, help: 'US dollars that this run may spend.' },
    dry_run: { type: 'boolean', help: 'Say which task and which model would be next, and why; call none.' },
    'no-sandbox': {
      type: 'boolean',
      help: 'Run commands without a sandbox: what models write can then reach all your files.',
    },
    record: { type: 'string', value: 'FILE', help: 'Write every reply of the models to this replay script.' },
  },
  examples: [
    { command: 'llmclis orchestrate --dry_run', does: 'What would be next, and why.' },
    {
      command: 'llmclis orchestrate --project_id 1 --max_steps 20',
      does: 'At most 20 steps; proven work lands on a branch llmclis/run-….',
    },
    {
      command: 'llmclis orchestrate --workers 4',
      does: 'Four tasks at once; their work is merged one after another, and checked again where the base moved.',
    },
    {
      command: 'llmclis orchestrate --mode offline --budget_usd 0',
      does: 'Local models only; no byte leaves this machine.',
    },
    {
      command: 'llmclis orchestrate --json | tail -1',
      does: 'Every event as one line of JSON; the last one is the summary.',
    },
  ],
  run: async (app: Needs, { flags }, out, shell) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    if (project.value.archived)
      return fail(
        'input.invalid',
        `Project ${project.value.id} is archived.`,
        `Take it back out: llmclis project archive --project_id ${project.value.id} --restore`,
      );
    const { max_steps, workers, registry, merge, mode, budget_usd, record } = flags;
    const no_sandbox = flags['no-sandbox'] || undefined;
    const options = given({ max_steps, workers, registry, merge, mode, budget_usd, no_sandbox, record });
    // A run looks at all it needs before it takes anything in from the plan files.
    if (!flags.dry_run) {
      const asked = await askProposed(app, project.value, shell);
      return asked.ok ? work(app, project.value, options, shell) : asked;
    }
    const pulled = await app.pullPlans(project.value);
    if (!pulled.ok) return pulled;
    const dry = await app.dryRun(project.value, options);
    if (!dry.ok) return dry;
    showDryRun(dry.value, out);
    return ok(0);
  },
});
