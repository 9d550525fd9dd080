import { isGuard, parseCheck } from '../checks/checks.ts';
import type { Check } from '../core/check.ts';
import type { Result } from '../core/failure.ts';
import type { RoleName } from '../core/task.ts';
import type { Ports } from './ports.ts';
import { type EndedTurn, isTesting, type TaskState } from './task-state.ts';

/** One check of a task, and what its word is worth. */
export type Item = {
  readonly command: string;
  readonly of: 'task' | 'verify';
  /** An `err` when it cannot be read. */
  readonly check: Result<Check>;
  /** Why it can refuse the work and never prove it; null when it may prove. */
  readonly only_refuses: string | null;
};

type Declared = Pick<Ports['commands'], 'verify' | 'role_checks'>;

const GUARD = 'It looks at the change, not at what the code does.';
const OF_ROLE = 'It is a check of the role, not of the task.';

const roleChecks = ({ role_checks }: Declared, role: RoleName): readonly string[] => role_checks[role] ?? [];

const itemOf = (command: string, of: Item['of'], role = false): Item => ({
  command,
  of,
  check: parseCheck(command),
  only_refuses: isGuard(command) ? GUARD : role ? OF_ROLE : null,
});

function itemsFor(task: TaskState, role: RoleName, commands: Declared): readonly Item[] {
  const own = task.task.checks;
  const verify = commands.verify.filter(command => !own.includes(command));
  const rest = roleChecks(commands, role).filter(command => ![...own, ...verify].includes(command));
  return [
    ...own.map(command => itemOf(command, 'task')),
    ...verify.map(command => itemOf(command, 'verify')),
    ...rest.map(command => itemOf(command, 'verify', true)),
  ].filter(({ check }) => !(check.ok && check.value.critic));
}

/** What is run before the work: what can only refuse has nothing to refuse there. */
export const baseItems = (task: TaskState, commands: Declared): readonly Item[] =>
  itemsFor(task, task.role, commands).filter(({ only_refuses }) => only_refuses === null);

/** The task's own checks first, then the project's, then those of the role; a command is run once. */
export function workItems(task: TaskState, turn: Pick<EndedTurn, 'role'>, commands: Declared): readonly Item[] {
  const items = itemsFor(task, turn.role, commands);
  // A guard of the task is about the work, not about the test that comes before it.
  return isTesting(task, turn)
    ? items.filter(({ command }) => !isGuard(command) || roleChecks(commands, turn.role).includes(command))
    : items;
}

/** The checks that a second model decides. */
export const criticChecks = (task: TaskState, role: RoleName, commands: Declared): readonly string[] =>
  [...new Set([...task.task.checks, ...commands.verify, ...roleChecks(commands, role)])].filter(command => {
    const check = parseCheck(command);
    return check.ok && check.value.critic;
  });
