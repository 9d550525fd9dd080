import type { TaskStatus } from '../../../core/task.ts';
import type { Box } from '../../plan/document.ts';
import { BOX_CHARACTERS } from '../../plan/heads.ts';
import { oneLine } from '../../plan/notes.ts';
import { childrenOf, type Exporter, type ExportPlan, type ExportTask } from './exporter.ts';

const BOXES = {
  pending: 'open',
  'in-progress': 'in-progress',
  done: 'done',
  blocked: 'blocked',
  cancelled: 'cancelled',
} as const satisfies Record<TaskStatus, Box>;

/** A title between two pairs of stars. */
const title = (text: string): string =>
  oneLine(text)
    .replaceAll(/\*{2,}/g, '*')
    .replace(/\*$/, '');

function write(plan: ExportPlan): string {
  const children = childrenOf(plan);
  const lines = [`# ${oneLine(plan.project)}`];
  const stages = plan.tasks.filter(task => task.kind === 'stage');
  const loose = children(null).filter(task => task.kind === 'task');
  if (loose.length > 0) lines.push('', ...loose.flatMap(task => taskLines(task, children, '')));
  for (const stage of stages) {
    const tasks = children(stage.key).filter(task => task.kind === 'task');
    if (tasks.length === 0) continue;
    const number = /^S(\d.*)$/.exec(stage.key)?.[1];
    const head = number === undefined ? oneLine(stage.title) : `Stage ${number} – ${title(stage.title)}`;
    lines.push('', `## ${head}`, '', ...tasks.flatMap(task => taskLines(task, children, '')));
  }
  return `${lines.join('\n')}\n`;
}

function taskLines(task: ExportTask, children: ReturnType<typeof childrenOf>, indent: string): readonly string[] {
  const depends = task.depends_on.length === 0 ? [] : [`${indent}  - **Depends on:** ${task.depends_on.join(', ')}`];
  return [
    `${indent}- [${BOX_CHARACTERS[BOXES[task.status]]}] **${task.key} – ${title(task.title)}**`,
    ...depends,
    ...children(task.key).flatMap(child => taskLines(child, children, `${indent}  `)),
  ];
}

/** A nested check list with keys, as GitHub shows it and this tool reads it. */
export const checklist: Exporter = {
  name: 'checklist',
  title: 'Markdown check list',
  leaves_out: 'all but keys, titles, statuses, nesting and dependencies',
  write,
};
