import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { ROLES, TASK_STATUSES } from '../../core/task.ts';
import { entryWords } from '../change-text.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { formatTable } from '../table.ts';
import { evidenceText, statusText, taskText } from '../task-text.ts';

const LIST_LIMIT = 100;
const ORDERS = ['plan', 'next', 'oldest', 'best'] as const;
/** Also printed as it stands in docs/cli.md, so it keeps its columns. */
const FILTER_HELP = `A filter is words and fields that must all hold: status:blocked,pending tag:api -has:checks "retry policy"
Words and "phrases" are looked for in keys, titles, descriptions, acceptance, checklists, notes and tags.
A dash before a term means not, commas mean any of. All of it is explained in docs/filter.md.

  status reason role queue proof   their names, or none: status:blocked reason:none
  key tag assignee agent           any text, * for anything: key:S1.*
  parent under depends blocks      a task’s key: under:S2 is all that is inside S2
  priority complexity              a number or a bound: priority:<2
  created updated started finished due
                                   a day, an age or a bound: created:>2026-11-01 updated:<7d due:today
  has   checks notes checklist links due description acceptance tags
  is    ready blocked waiting open closed claimed stale overdue stage task subtask private vanished`;
const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;

export const taskList = defineCommand({
  name: 'task list',
  summary: 'List the tasks of a project in plan order, or those that a filter finds.',
  about: FILTER_HELP,
  args: {
    filter: {
      rest: true,
      dashes: true,
      help: 'Words and fields; quote what holds spaces, quotes, < or > for the shell.',
    },
  },
  flags: {
    status: { type: 'list', value: 'S', choices: TASK_STATUSES, help: 'Only tasks with this status.' },
    role: { type: 'string', value: 'R', choices: ROLES, help: 'Only tasks of this role.' },
    tag: { type: 'string', value: 'T', help: 'Only tasks with this tag.' },
    stages: { type: 'boolean', help: 'Stages too.' },
    order: {
      type: 'string',
      value: 'O',
      choices: ORDERS,
      help: 'As the plan lists them (the default), as they would be worked on, the longest unchanged first, or the best match first.',
    },
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
    {
      command: 'llmclis task list status:blocked tag:api retry',
      does: 'What is blocked, has the tag and speaks of retries.',
    },
    {
      command: "llmclis task list 'is:open priority:<2 -has:checks'",
      does: 'What is urgent and cannot be proven yet.',
    },
    { command: 'llmclis task list \'"retry policy"\' --order best', does: 'The phrase, the best match first.' },
  ],
  run: async (app: ReadsTasks, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const { role, tag, stages, cursor } = flags;
    const status = flags.status.length === 0 ? undefined : flags.status;
    const order = flags.order === 'best' ? undefined : (flags.order ?? 'plan');
    const filter = args.filter ?? '';
    const found = at.value.km.searchTasks(at.value.project.id, filter, {
      ...given({ status, role, tag, stages, cursor, order }),
      limit: flags.limit ?? LIST_LIMIT,
    });
    if (!found.ok) return found;
    const page = found.value;
    if (out.isJson) out.json({ tasks: page.tasks, total: page.total, next_cursor: page.next_cursor });
    else if (page.tasks.length === 0)
      out.line(filter === '' ? 'No task. Add one: llmclis task add TITLE' : 'No task matches.');
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
        out.line(`${page.tasks.length} of ${page.total}. More: the same command with --cursor ${page.next_cursor}`);
    }
    return ok(0);
  },
});

export const taskShow = defineCommand({
  name: 'task show',
  summary: 'Show all of one task: what it wants, how it is checked, its notes, and what the checks said.',
  args: { key: KEY },
  flags: { project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis task show S1.1', does: 'The task and its notes.' },
    {
      command: 'llmclis task show S1.1 --json',
      does: 'The same as one object, with "notes" and the checks in "evidence".',
    },
  ],
  run: async (app: ReadsTasks & Pick<App, 'taskEvidence'>, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const task = at.value.km.task(at.value.project.id, args.key);
    if (!task.ok) return task;
    const notes = at.value.km.notes(task.value.id);
    const evidence = app.taskEvidence(task.value);
    out.line(taskText(task.value, notes, out));
    if (evidence !== null) out.lines(['', `evidence of run ${evidence.run_id}`, ...evidenceText(evidence, out)]);
    if (out.isJson) out.json({ ...task.value, notes, evidence });
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
    const rows = history.map(entry => [entry.at, oneLine(entry.agent, 40), entry.kind, entryWords(entry)]);
    out.lines(formatTable([{ title: 'at' }, { title: 'by' }, { title: 'what' }, { title: 'change' }], rows));
    if (out.isJson) out.json({ key: task.value.key, history });
    return ok(0);
  },
});
