import { type Brief, briefText } from '../agents/prompt.ts';
import type { RoleName, Task } from '../core/task.ts';
import type { Memory, MemoryHit } from '../memory/memory.ts';
import type { Ports } from './ports.ts';
import { isTesting, type TaskState, triesSoFar } from './task-state.ts';

/** Gathers what a turn is told: rules of the repository, memory, the task, the facts of failed tries. */
export async function writeBrief(task: TaskState, role: RoleName, ports: Ports): Promise<string> {
  const { key, title, description, checks, id } = task.task;
  const { acceptance = '', checklist = [], links = [] } = asJournalled(task.task);
  const { memory, project, km, commands, redact } = ports;
  const recalled = recall(`${title}\n${description}`, memory, project.id);
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
    recalled: recalled.map(hit => `[${hit.type}${hit.task_key === null ? '' : ` ${hit.task_key}`}] ${hit.text}`),
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
  return redact(briefText(brief));
}

/** Lessons of similar tasks first: what a long summary would crowd out. */
function recall(about: string, memory: Memory, projectId: number): readonly MemoryHit[] {
  const lessons = memory.queryMemory(about, { projectId, type: 'lesson', topK: 2 });
  const rest = memory.queryMemory(about, { projectId, topK: 4 });
  return [...lessons, ...rest.filter(({ id }) => !lessons.some(lesson => lesson.id === id))];
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
