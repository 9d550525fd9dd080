import { ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import type { Report, ReportPage } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import type { Argument, FlagTable } from '../flags.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { formatTable } from '../table.ts';
import { statusText } from '../task-text.ts';

const LIST_LIMIT = 50;
const FILTER = {
  rest: true,
  dashes: true,
  help: 'What must hold too, such as tag:api -has:checks "retry"; see llmclis help task list.',
} as const satisfies Argument;
const PAGE_FLAGS = {
  limit: { type: 'number', value: 'N', min: 1, max: 10_000, help: `At most so many; default ${LIST_LIMIT}.` },
  cursor: { type: 'string', value: 'C', help: 'Go on from here: next_cursor of the list before.' },
  project_id: PROJECT_FLAG,
} as const satisfies FlagTable;

type Wanted = {
  readonly report: Report;
  readonly filter: string | undefined;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
  readonly project_id: number | undefined;
  readonly days?: number | undefined;
  /** What is said when there is none. */
  readonly none: string;
};

async function list(app: ReadsTasks, { report, none, limit, ...wanted }: Wanted, out: Output): Promise<Result<number>> {
  const at = await openProject(app, wanted.project_id);
  if (!at.ok) return at;
  const { filter, cursor, days } = wanted;
  const page = at.value.km.taskReport(at.value.project.id, report, {
    ...given({ filter, cursor, days }),
    limit: limit ?? LIST_LIMIT,
  });
  if (!page.ok) return page;
  if (out.isJson) out.json(page.value);
  else out.lines(page.value.tasks.length === 0 ? [none] : tableOf(page.value, out));
  return ok(0);
}

function tableOf({ tasks, total, next_cursor }: ReportPage, out: Output): readonly string[] {
  const columns = [
    { title: 'key' },
    { title: 'status' },
    { title: 'prio', align: 'right' },
    { title: 'title' },
    { title: 'why' },
  ] as const;
  const rows = tasks.map(task => [
    oneLine(task.key, 40),
    statusText(task, out),
    String(task.priority),
    oneLine(task.title, 60),
    oneLine(task.because, 160),
  ]);
  const more = `${tasks.length} of ${total}. More: the same command with --cursor ${next_cursor}`;
  return [...formatTable(columns, rows), ...(next_cursor === null ? [] : [more])];
}

export const ready = defineCommand({
  name: 'ready',
  summary: 'List what may be worked on now, in the order of the work.',
  about: 'The first one is what llmclis next shows. Tasks whose worker gave no sign of life are ready again.',
  args: { filter: FILTER },
  flags: PAGE_FLAGS,
  examples: [
    { command: 'llmclis ready', does: 'What could be taken now, the most urgent first.' },
    {
      command: 'llmclis ready queue:heavy -tag:later --json',
      does: 'A part of it, as {"tasks", "total", "next_cursor"}.',
    },
  ],
  run: (app: ReadsTasks, { args, flags }, out) =>
    list(app, { report: 'ready', ...flags, ...args, none: 'Nothing is ready. What waits: llmclis blocked' }, out),
});

export const blocked = defineCommand({
  name: 'blocked',
  summary: 'List what cannot go on, and what it waits for.',
  about: 'Tasks that are blocked for a reason, and pending ones that wait for others. As JSON each says it in "on".',
  args: { filter: FILTER },
  flags: PAGE_FLAGS,
  examples: [
    { command: 'llmclis blocked', does: 'Everything that waits, in plan order.' },
    { command: 'llmclis blocked reason:needs_input', does: 'What waits for a person’s answer.' },
  ],
  run: (app: ReadsTasks, { args, flags }, out) =>
    list(app, { report: 'blocked', ...flags, ...args, none: 'Nothing is blocked. What is ready: llmclis ready' }, out),
});

export const stale = defineCommand({
  name: 'stale',
  summary: 'List what nobody has touched for days, the oldest first.',
  about:
    'Tasks in progress whose claim ran out or that have not changed for some days, and pending ones that have not either.',
  args: { filter: FILTER },
  flags: {
    days: { type: 'number', value: 'N', min: 1, max: 10_000, help: 'Days without a change; default 3.' },
    ...PAGE_FLAGS,
  },
  examples: [
    { command: 'llmclis stale', does: 'What has not changed for three days.' },
    { command: 'llmclis stale --days 30 status:pending', does: 'What may have been forgotten.' },
  ],
  run: (app: ReadsTasks, { args, flags }, out) =>
    list(app, { report: 'stale', ...flags, ...args, none: 'Nothing is stale.' }, out),
});
