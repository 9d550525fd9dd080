import type { App } from '../app.ts';
import type { RunEvent } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import { oneLine } from '../core/line.ts';
import type { Task } from '../core/task.ts';
import type { Undone } from '../km/history/undo.ts';
import type { BoardAction, LastChange, TaskFacts, TuiPorts } from '../tui/ports.ts';
import { type AtProject, type ChangesTasks, changeProject, changeTask, PERSON } from './project.ts';

export type BoardNeeds = ChangesTasks &
  Pick<App, 'runs' | 'runEvents' | 'startRun' | 'requestRun' | 'changeNumber' | 'undo' | 'answerTask' | 'taskEvidence'>;

/** Tasks that one waits for, read for the details: more are not looked at on a screen. */
const WAITED_FOR = 50;

/** A value that a screen needs now: a failure here is shown as what it would be without it. */
const orElse = <T>(result: Result<T>, fallback: T): T => (result.ok ? result.value : fallback);

/** The board's ports over the app. `project` stays the same while the board is open. */
export function boardPorts(app: BoardNeeds, at: AtProject): TuiPorts {
  const { project, km } = at;
  return {
    project: { id: project.id, name: project.name },
    outline: () => km.outline(project.id),
    tasks: ids => km.tasksByIds(ids),
    matches: (filter, typing) => km.matchingIds(project.id, filter, typing),
    facts: task => ({ ...factsOf(at, task), evidence: app.taskEvidence(task) }),
    next: () => km.getNextTaskToWorkOn(project.id),
    latestRun: () => {
      const runs = orElse(app.runs(project), []);
      const newest = runs.reduce<(typeof runs)[number] | null>(
        (found, run) => (found === null || run.started_at >= found.started_at ? run : found),
        null,
      );
      return runs.find(({ id }) => id === newest?.lead) ?? newest;
    },
    runEvents: (runId, after) => orElse<readonly RunEvent[]>(app.runEvents(runId, after), []),
    startRun: () => app.startRun(project),
    stopRun: runId => app.requestRun(runId, 'stop'),
    act: action => (action.type === 'undo' ? undo(app, at, action.change) : act(app, project.id, action)),
    lastChange: () => lastChange(app, at),
    refresh: () => app.pullPlans(project),
    version: () => app.changeNumber(),
  };
}

function factsOf({ project, km }: AtProject, task: Task): Omit<TaskFacts, 'evidence'> {
  const blockers = task.depends_on.slice(0, WAITED_FOR).flatMap(key => {
    const found = km.task(project.id, key);
    return found.ok ? [found.value] : [];
  });
  return {
    notes: km.notes(task.id),
    history: km.history(task.id),
    asks: task.reason === 'permission' && km.tasksAsking(project.id).some(({ task_id }) => task_id === task.id),
    waits_for: blockers.map(({ key, title, status }) => ({ key, title, status })),
  };
}

type TaskAction = Exclude<BoardAction, { type: 'undo' }>;

/** What was done, in a sentence. */
const SAYINGS: Readonly<Record<TaskAction['type'], (task: Task) => string>> = {
  finish: () => 'is done on your word (accepted-by-person).',
  cancel: () => 'is cancelled; o opens it again.',
  reopen: () => 'is pending again, its tries counted afresh.',
  answer: () => 'is pending again, with your answer.',
  prioritise: task => `has priority ${task.priority} now.`,
};

/** Makes the change a person asked for and writes the plan, as the commands do. */
async function act(app: BoardNeeds, projectId: number, action: TaskAction): Promise<Result<string>> {
  const agent = PERSON;
  const changed = await changeTask(app, { projectId, agent, key: action.key }, ({ id }, { km, project }) => {
    switch (action.type) {
      case 'finish':
        return km.markTaskStatus(id, 'done', { agent, proof: 'accepted-by-person' });
      case 'cancel':
        return km.markTaskStatus(id, 'cancelled', { agent });
      case 'reopen':
        return km.markTaskStatus(id, 'pending', { agent, fresh_tries: true });
      case 'answer':
        return app.answerTask(project, action.key, action.text);
      case 'prioritise':
        return km.editTask(id, { priority: action.priority }, agent);
    }
  });
  return changed.ok ? ok(`${oneLine(changed.value.key, 40)} ${SAYINGS[action.type](changed.value)}`) : changed;
}

/** Fields that a sentence about a change names at most. */
const NAMED = 4;

/** `D3: status done → pending, proof`. */
function changeText({ tasks }: Undone): string {
  const texts = tasks.slice(0, NAMED).map(({ key, changes }) => {
    const fields = changes
      .slice(0, NAMED)
      .map(({ field, from, to }) =>
        field === 'status' ? `status ${String(from)} → ${String(to)}` : field.replaceAll('_', ' '),
      );
    return `${oneLine(key, 40)}: ${fields.join(', ')}`;
  });
  return [...texts, ...(tasks.length > NAMED ? [`${tasks.length - NAMED} more tasks`] : [])].join('; ');
}

async function lastChange(app: BoardNeeds, { project }: AtProject): Promise<Result<LastChange>> {
  const last = await app.undo(project, { agent: PERSON, dry_run: true });
  if (!last.ok) return last;
  const { change, at, agent } = last.value;
  const when = `${at.slice(0, 16).replace('T', ' ')} by ${oneLine(agent, 40)}`;
  return ok({ change, text: `Take the change of ${when} back (${changeText(last.value)})?` });
}

async function undo(app: BoardNeeds, { project }: AtProject, change: number): Promise<Result<string>> {
  const undone = await changeProject(app, { projectId: project.id, agent: PERSON }, async () => {
    const last = await app.undo(project, { agent: PERSON, dry_run: true });
    if (last.ok && last.value.change !== change)
      return fail('undo.conflict', 'Something else was changed meanwhile.', 'Press u again to see what.');
    return app.undo(project, { agent: PERSON });
  });
  return undone.ok ? ok(`Taken back: ${changeText(undone.value)}. After all not: llmclis task undo --redo`) : undone;
}
