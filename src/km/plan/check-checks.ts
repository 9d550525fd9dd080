import { type CheckContext, problem } from './check-problem.ts';
import type { PlanDocument } from './document.ts';
import { readCommands } from './entries.ts';
import type { PlanProblem } from './plan.ts';

/** Checks of tasks that nobody could run: an unknown kind, a value that it does not take. */
export const checkChecks = (document: PlanDocument, { refusal }: CheckContext): readonly PlanProblem[] =>
  document.tasks.flatMap(task =>
    task.chunks
      .filter(({ name }) => name === 'verify')
      .flatMap(chunk =>
        readCommands(document, chunk).flatMap(check => {
          const found = refusal?.(check) ?? null;
          return found === null ? [] : [problem(chunk.line, 'warning', `${task.key}: ${found.message}`, found.hint)];
        }),
      ),
  );
