import { problem } from './check-problem.ts';
import type { PlanDocument, PlanStage, PlanTask } from './document.ts';
import type { PlanProblem } from './plan.ts';
import { boxClass, chunkOf } from './values.ts';

const CORRECT = 'The box counts; correct the line.';

/** Boxes that do not agree with what is written beside them or below them. */
export function checkBoxes(document: PlanDocument): readonly PlanProblem[] {
  const children = Map.groupBy(document.tasks, task => task.parent);
  return [
    ...document.tasks.flatMap(task => [...checkStatus(task), ...checkParent(task, children.get(task.key) ?? [])]),
    ...document.stages.flatMap(stage => checkStage(document, stage, children.get(stage.key) ?? [])),
  ];
}

function checkStatus(task: PlanTask): readonly PlanProblem[] {
  const status = chunkOf(task, 'status');
  const said = status === null ? null : saidStatus(status.value);
  const is = boxClass(task.box);
  if (status === null || said === null || said === is) return [];
  return [problem(status.line, 'warning', `${task.key} says ${said}, its box says ${is}.`, CORRECT)];
}

function checkParent(task: PlanTask, children: readonly PlanTask[]): readonly PlanProblem[] {
  const open = children.filter(child => boxClass(child.box) === 'open');
  if (task.box !== 'done' || open.length === 0) return [];
  const message = `${task.key} is ticked, but ${open.map(child => child.key).join(', ')} below it is open.`;
  return [problem(task.line, 'warning', message, 'Tick or cancel what is below it, or open it again.')];
}

/** What a Status line says: a word, or the ticked one of several. Null when it says nothing clear. */
function saidStatus(value: string): 'open' | 'done' | 'cancelled' | null {
  const boxes = [...value.matchAll(/\[([ xX])\]\s*([\p{L} -]+)/gu)];
  const ticked = boxes.filter(box => box[1] !== ' ');
  const words = boxes.length === 0 ? value : ticked.length === 1 ? (ticked[0]?.[2] ?? '') : '';
  const plain = words.replace(/[`*]/g, '').trim().toLowerCase();
  if (/^(?:done|complete|finished)/.test(plain)) return 'done';
  if (/^cancell?ed/.test(plain)) return 'cancelled';
  return /^(?:not started|not done|open|to ?do|pending|in[ -]progress|blocked)/.test(plain) ? 'open' : null;
}

const STATUS = /^\*\*Status(?::\*\*|\*\*:)/i;

function checkStage(document: PlanDocument, stage: PlanStage, tasks: readonly PlanTask[]): readonly PlanProblem[] {
  const line = stage.heading ?? stage.item?.line ?? 0;
  const box = stage.item === null ? null : boxClass(stage.item.box);
  if (tasks.length === 0) return isExample(document, stage) ? [] : [emptyStage(stage, line)];
  const place = stage.item?.line ?? line;
  const problems: PlanProblem[] = [];
  const status = statusLine(document, stage);
  const said = status < 0 ? null : saidStatus((document.lines[status]?.text ?? '').replace(STATUS, ''));
  if (said !== null && box !== null && said !== box)
    problems.push(
      problem(status, 'warning', `Stage ${stage.key} says ${said}, its box in the roadmap says ${box}.`, CORRECT),
    );
  const open = tasks.filter(task => boxClass(task.box) === 'open').map(task => task.key);
  if (box === 'done' && open.length > 0) {
    const shown = `${open.slice(0, 5).join(', ')}${open.length > 5 ? ' …' : ''}`;
    const message = `Stage ${stage.key} is ticked with ${open.length} of its tasks open: ${shown}.`;
    problems.push(problem(place, 'warning', message, 'Finish or cancel them, or take the tick back.'));
  }
  if (box === 'open' && open.length === 0 && tasks.some(task => task.box === 'done')) {
    const message = `Stage ${stage.key} is not ticked, and all its tasks are closed.`;
    problems.push(problem(place, 'warning', message, 'llmclis plan sync ticks it.'));
  }
  return problems;
}

const emptyStage = (stage: PlanStage, line: number): PlanProblem => {
  const hint = `Add one below its heading: - [ ] **${stage.key}.1 – Title**`;
  return problem(line, 'warning', `Stage ${stage.key} has no tasks.`, hint);
};

/** A stage whose section shows in a comment how a task is written, as in a new plan. */
const isExample = (document: PlanDocument, { heading, end }: PlanStage): boolean =>
  heading !== null && document.lines.slice(heading, end ?? heading).some(line => line.kind === 'comment');

/** Line of the Status of a stage, between its heading and its first task; -1 when there is none. */
function statusLine(document: PlanDocument, { heading, end, first_task }: PlanStage): number {
  if (heading === null) return -1;
  const last = Math.min(first_task, end ?? heading);
  for (let index = heading + 1; index < last; index += 1)
    if (STATUS.test(document.lines[index]?.text ?? '')) return index;
  return -1;
}
