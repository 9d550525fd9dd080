import { fittedText } from '../agents/fit-brief.ts';
import { type Brief, mostTokens } from '../agents/prompt.ts';
import { ROLE_TABLE } from '../agents/roles.ts';
import { TOOLS } from '../agents/tools.ts';
import type { Recalled } from '../core/recalled.ts';
import type { RoleName, Task } from '../core/task.ts';
import type { Ports } from './ports.ts';
import { recallFor } from './recall.ts';
import { isTesting, type TaskState, triesSoFar } from './task-state.ts';

/** Share of what a model can read, its reply apart, that a brief may take: the rest is for the work. */
const BRIEF_SHARE = 0.5;
const LEAST_TOKENS = 400;

/** Tokens that the brief of a role may have on a model, counted from above. */
export function briefBudget(
  role: RoleName,
  { window, max_output }: { readonly window: number; readonly max_output: number },
): number {
  const { system, tools } = ROLE_TABLE[role];
  const specs = TOOLS.filter(({ spec }) => tools.includes(spec.name)).map(({ spec }) => spec);
  const room = window - max_output - mostTokens([{ role: 'system', text: system }], specs);
  return Math.max(LEAST_TOKENS, Math.floor(Math.min((window - max_output) * BRIEF_SHARE, room)));
}

/** Gathers what a turn is told: rules of the repository, memory, the task, the facts of failed tries; never more than its model may read. */
export async function writeBrief(
  task: TaskState,
  role: RoleName,
  { model, location }: { readonly model: string; readonly location: 'local' | 'cloud' },
  ports: Ports,
): Promise<{ readonly text: string; readonly recalled: Recalled }> {
  const { key, title, description, checks, id } = task.task;
  const { acceptance = '', checklist = [], links = [] } = asJournalled(task.task);
  const { km, commands, redact } = ports;
  const budget = briefBudget(role, ports.models.limits(model));
  const { recalled, quotes } = await recallFor(task, role, { budget, location }, ports);
  const counted = task.attempts.filter(({ outcome }) => outcome !== 'interrupted');
  const testing = isTesting(task, { role });
  // A tester writes from the task and the base alone: what a coder did or said would be repeated in the test.
  const isHidden = (by: string): boolean => testing && by !== 'tester' && by !== 'manager';
  const brief: Brief = {
    task: {
      key,
      title,
      description,
      acceptance,
      checklist,
      links,
      checks: checks.length > 0 ? checks : commands.verify,
    },
    try: triesSoFar(task) + 1,
    rules: await rulesOf(task, ports),
    recalled: quotes,
    notes: km
      .notes(id)
      .flatMap(({ at, agent, text }) =>
        testing && /^coder \(/.test(agent) ? [] : [`${at.slice(0, 10)} (${agent}): ${text}`],
      ),
    handed_over: task.handed_over.filter(({ from }) => !isHidden(from)),
    evidence: counted.flatMap(({ role: by, model, evidence, outcome }, place) =>
      evidence === '' || outcome === 'passed' || isHidden(by) ? [] : [{ try: place + 1, model, facts: evidence }],
    ),
    charge: testing
      ? 'Your part now: write a test that fails on the code as it is and will pass when the task is done. Add test files only.'
      : null,
  };
  return { text: fittedText(brief, budget, redact), recalled };
}

/** A journal of 0.1.0 has tasks without these fields: their text is in the description there. */
const asJournalled = (task: Task): Partial<Pick<Task, 'acceptance' | 'checklist' | 'links'>> => task;

/** AGENTS.md of the base, else CLAUDE.md. */
async function rulesOf(task: TaskState, { repository }: Ports): Promise<Brief['rules']> {
  const tree = task.workspace?.base_tree;
  if (tree === undefined) return null;
  for (const file of ['AGENTS.md', 'CLAUDE.md']) {
    const text = await repository.fileAt(tree, file);
    if (text !== null) return { file, text };
  }
  return null;
}
