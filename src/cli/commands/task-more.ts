import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import { DEPENDENCY_KINDS, type DependencyKind, type Task } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import { mustHold } from '../held.ts';
import {
  AGENT_FLAG,
  type AtProject,
  type ChangesTasks,
  CLAIM_FLAG,
  changeProject,
  changeTask,
  PERSON,
  PROJECT_FLAG,
  wholeKeys,
} from '../project.ts';

const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;

/** Makes the change to the task as it is now, if the claim holds: all in one transaction. */
const whileHeld = <T>(
  { km }: AtProject,
  taskId: number,
  claim: string | undefined,
  change: (task: Task) => Result<T>,
): Result<T> =>
  km.allOrNothing(() => {
    const task = km.taskById(taskId);
    if (!task.ok) return task;
    const held = mustHold(km, task.value, claim);
    return held.ok ? change(task.value) : held;
  });

export const taskNote = defineCommand({
  name: 'task note',
  summary: 'Add a dated note to a task; it is read by whoever works on it next.',
  args: { key: KEY, text: { required: true, rest: true, help: 'The note.' } },
  flags: { claim: CLAIM_FLAG, agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task note S1.1 "The API wants UTC"', does: 'Adds the note here and in the plan.' }],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const agent = flags.agent ?? PERSON;
    const noted = await changeProject(app, { projectId: flags.project_id, agent }, at => {
      const task = at.km.task(at.project.id, args.key);
      if (!task.ok) return task;
      const note = whileHeld(at, task.value.id, flags.claim, () =>
        at.km.appendTaskNote(task.value.id, args.text.trim(), agent),
      );
      return note.ok ? ok({ key: task.value.key, note: note.value }) : note;
    });
    if (!noted.ok) return noted;
    const { key, note } = noted.value;
    out.line(`${key}  noted: ${oneLine(note.text)}`);
    if (out.isJson) out.json({ key, note });
    return ok(0);
  },
});

const TIED: Readonly<Record<DependencyKind, (task: Task) => readonly [words: string, keys: readonly string[]]>> = {
  blocks: ({ depends_on }) => ['waits for', depends_on],
  related: ({ related }) => ['is related to', related],
  'discovered-from': ({ discovered_from }) => ['was discovered from', discovered_from],
};

export const taskDep = defineCommand({
  name: 'task dep',
  summary: 'Say what a task waits for, or is tied to, or that it is not any more.',
  args: { key: KEY },
  flags: {
    on: {
      type: 'string',
      value: 'KEY',
      required: true,
      help: 'The other task: by default the one that must be done first.',
    },
    kind: {
      type: 'string',
      value: 'K',
      choices: DEPENDENCY_KINDS,
      help: 'blocks (the default) holds it back until the other is done; the other two only say where to look.',
    },
    remove: { type: 'boolean', help: 'Take it away.' },
    claim: CLAIM_FLAG,
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task dep S1.2 --on S1.1', does: 'S1.2 waits for S1.1. A circle is refused.' },
    { command: 'llmclis task dep S1.2 --on S1.1 --remove', does: 'It does not wait any more.' },
    { command: 'llmclis task dep S1.3 --on S1.1 --kind discovered-from', does: 'Work on S1.1 brought S1.3 to light.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const { agent = PERSON, kind = 'blocks', remove, claim } = flags;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, at) => {
      const [other = flags.on] = wholeKeys(at, [flags.on]);
      return whileHeld(at, before.id, claim, () =>
        remove
          ? at.km.removeDependency(before.id, other, agent, kind)
          : at.km.addDependency(before.id, other, agent, kind),
      );
    });
    if (!task.ok) return task;
    const [words, keys] = TIED[kind](task.value);
    out.line(`${task.value.key}  ${words} ${keys.length === 0 ? 'nothing' : oneLine(keys.join(', '), 400)}`);
    if (out.isJson) out.json(task.value);
    return ok(0);
  },
});

export const taskCheck = defineCommand({
  name: 'task check',
  summary: 'Tick a step of a task’s checklist off.',
  about:
    'The steps are counted from 1, as llmclis task show prints them. All steps ticked does not make the task done.',
  args: { key: KEY, n: { required: true, help: 'The number of the step.' } },
  flags: {
    undo: { type: 'boolean', help: 'Take the tick away.' },
    claim: CLAIM_FLAG,
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task check S1.1 2', does: 'Ticks the second step, here and in the plan.' },
    { command: 'llmclis task check S1.1 2 --undo', does: 'It is open again.' },
  ],
  run: async (app: ChangesTasks, { args, flags }, out) => {
    const { agent = PERSON, undo, claim } = flags;
    const task = await changeTask(app, { projectId: flags.project_id, agent, key: args.key }, (before, at) => {
      return whileHeld(at, before.id, claim, now => {
        const step = stepOf(now, args.n);
        if (!step.ok) return step;
        const checklist = now.checklist.map((item, index) => (index === step.value ? { ...item, done: !undo } : item));
        return at.km.editTask(now.id, { checklist }, agent);
      });
    });
    if (!task.ok) return task;
    const { key, checklist } = task.value;
    const done = checklist.filter(item => item.done).length;
    const text = oneLine(checklist[Number(args.n) - 1]?.text ?? '');
    out.line(`${key}  [${undo ? ' ' : 'x'}] ${text} — ${done} of ${checklist.length}`);
    if (out.isJson) out.json(task.value);
    return ok(0);
  },
});

/** Place of the step in the list, from 0. */
function stepOf({ key, checklist }: Task, n: string): Result<number> {
  const number = /^\d{1,6}$/.test(n) ? Number(n) : 0;
  if (number >= 1 && number <= checklist.length) return ok(number - 1);
  return checklist.length === 0
    ? fail('input.invalid', `${key} has no checklist.`, `Give it one: llmclis task edit ${key} --checklist STEP`)
    : fail(
        'input.invalid',
        `${key} has no step ${n.slice(0, 20)}: its checklist has ${checklist.length}.`,
        `See them: llmclis task show ${key}`,
      );
}
