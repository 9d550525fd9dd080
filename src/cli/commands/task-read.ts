import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { ROLES, TASK_STATUSES } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { formatTable } from '../table.ts';
import { statusText, taskText } from '../task-text.ts';

const LIST_LIMIT = 100;
const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;

export const taskList = defineCommand({
  name: 'task list',
  summary: 'List the tasks of a project in plan order.',
  args: {},
  flags: {
    status: { type: 'list', value: 'S', choices: TASK_STATUSES, help: 'Only tasks with this status.' },
    role: { type: 'string', value: 'R', choices: ROLES, help: 'Only tasks of this role.' },
    tag: { type: 'string', value: 'T', help: 'Only tasks with this tag.' },
    stages: { type: 'boolean', help: 'Stages too.' },
    limit: { type: 'number', value: 'N', min: 1, max: 10_000, help: `At most so many; default ${LIST_LIMIT}.` },
    cursor: { type: 'string', value: 'C', help: 'Go on from here: next_cursor of the list before.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis task list', does: 'All tasks.' },
    {
      command: 'llmclis task list --status blocked --json',
      does: 'What is blocked, as {"tasks", "total", "next_cursor"}.',
    },
  ],
  run: async (app: ReadsTasks, { flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const { role, tag, stages, cursor } = flags;
    const status = flags.status.length === 0 ? undefined : flags.status;
    const page = at.value.km.listTasks({
      project_id: at.value.project.id,
      ...given({ status, role, tag, stages, cursor }),
      limit: flags.limit ?? LIST_LIMIT,
    });
    if (out.isJson) out.json({ tasks: page.tasks, total: page.total, next_cursor: page.next_cursor });
    else if (page.tasks.length === 0) out.line('No task. Add one: llmclis task add TITLE');
    else {
      const columns = [
        { title: 'key' },
        { title: 'status' },
        { title: 'prio', align: 'right' },
        { title: 'role' },
        { title: 'title' },
      ] as const;
      const rows = page.tasks.map(task => [
        oneLine(task.key, 40),
        statusText(task, out),
        String(task.priority),
        task.role ?? '',
        oneLine(task.title, 100),
      ]);
      out.lines(formatTable(columns, rows));
      if (page.next_cursor !== null)
        out.line(`${page.tasks.length} of ${page.total}. More: llmclis task list --cursor ${page.next_cursor}`);
    }
    return ok(0);
  },
});

export const taskShow = defineCommand({
  name: 'task show',
  summary: 'Show all of one task: what it wants, how it is checked, its notes.',
  args: { key: KEY },
  flags: { project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis task show S1.1', does: 'The task and its notes.' },
    { command: 'llmclis task show S1.1 --json', does: 'The same as one object, the notes in "notes".' },
  ],
  run: async (app: ReadsTasks, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const task = at.value.km.task(at.value.project.id, args.key);
    if (!task.ok) return task;
    const notes = at.value.km.notes(task.value.id);
    out.line(taskText(task.value, notes, out));
    if (out.isJson) out.json({ ...task.value, notes });
    return ok(0);
  },
});

export const taskLog = defineCommand({
  name: 'task log',
  summary: 'Show the history of one task: every change, who made it and when.',
  args: { key: KEY },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis task log S1.1', does: 'Oldest first; nothing is ever removed from it.' }],
  run: async (app: ReadsTasks, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const task = at.value.km.task(at.value.project.id, args.key);
    if (!task.ok) return task;
    const history = at.value.km.history(task.value.id);
    const rows = history.map(entry => [
      entry.at,
      oneLine(entry.agent, 40),
      entry.kind,
      oneLine(JSON.stringify(entry.data), 200),
    ]);
    out.lines(formatTable([{ title: 'at' }, { title: 'by' }, { title: 'what' }, { title: 'data' }], rows));
    if (out.isJson) out.json({ key: task.value.key, history });
    return ok(0);
  },
});
