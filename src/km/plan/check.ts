import { checkBoxes } from './check-boxes.ts';
import { checkChecks } from './check-checks.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkFields } from './check-fields.ts';
import { checkLinks } from './check-links.ts';
import { type CheckContext, type PlanFiles, problem } from './check-problem.ts';
import { parsePlan } from './parse.ts';
import type { PlanProblem } from './plan.ts';

export type { CheckContext, PlanFiles } from './check-problem.ts';

/** Looks for what is wrong in a plan (`error`: it cannot be taken over as it is) or doubtful, in the order of its lines. */
export function checkPlan(text: string, files: PlanFiles, context: CheckContext = {}): readonly PlanProblem[] {
  const document = parsePlan(text);
  const problems = [
    ...document.markers.map(line =>
      problem(line, 'error', 'A merge conflict marker.', 'Resolve the merge in your editor.'),
    ),
    ...document.duplicates.map(({ key, first, second }) =>
      problem(second, 'error', `${key} is the key of line ${first + 1} already.`, 'Give one of the two another key.'),
    ),
    ...document.tasks.flatMap(task => {
      const other = context.others?.get(task.key);
      if (other === undefined) return [];
      const message = `${task.key} is the key of a task in ${other.path}:${other.line + 1} too.`;
      return [
        problem(task.line, 'error', message, 'Take it out of one of the two files, or give it another key there.'),
      ];
    }),
    ...checkDependencies(document, context),
    ...checkFields(document),
    ...checkChecks(document, context),
    ...checkBoxes(document),
    ...checkLinks(document, files, context.folder ?? ''),
    ...document.unrecognised.map(line =>
      problem(line, 'warning', 'This check box belongs to no task.', 'Give it a key: - [ ] **S1.1 – Title**'),
    ),
  ];
  return problems.toSorted((one, other) => one.line - other.line);
}
