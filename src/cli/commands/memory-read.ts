import type { App } from '../../app.ts';
import { ok, type Result } from '../../core/failure.ts';
import { readMoment } from '../../core/moment.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { entryTable, entryText } from '../memory-text.ts';
import { readIds, SCOPES, STATUSES, TYPES } from '../memory-words.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';

const LIST_LIMIT = 50;
type ReadsMemory = ReadsTasks & Pick<App, 'memoryRecord' | 'now'>;

export const memoryList = defineCommand({
  name: 'memory list',
  summary: 'List what the project remembers, and what holds for every project, the newest first.',
  about:
    'What was replaced or is wrong is kept: --status superseded --status wrong shows it. To look for words: llmclis memory search.',
  args: {},
  flags: {
    type: { type: 'list', value: 'T', choices: TYPES, help: 'Only entries of this kind.' },
    scope: { type: 'string', value: 'S', choices: SCOPES, help: 'Only entries that hold so far.' },
    task: { type: 'string', value: 'KEY', help: 'Only entries about this task.' },
    agent: { type: 'string', value: 'NAME', help: 'Only entries by this one.' },
    status: { type: 'list', value: 'S', choices: STATUSES, help: 'Only entries with this status; default live.' },
    pinned: { type: 'boolean', help: 'Only pinned entries.' },
    since: { type: 'string', value: 'TIME', help: 'Only entries stored since: 2h, 3d, 2026-11-21.' },
    limit: { type: 'number', value: 'N', min: 1, max: 10_000, help: `At most so many; default ${LIST_LIMIT}.` },
    cursor: { type: 'string', value: 'C', help: 'Go on from here: next_cursor of the list before.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis memory list --type decision', does: 'What was decided.' },
    {
      command: 'llmclis memory list --status superseded --since 7d --json',
      does: 'What was replaced, of those stored in the last week, as {"entries", "total", "next_cursor"}.',
    },
  ],
  run: async (app: ReadsMemory, { flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const { km, project } = at.value;
    const task = flags.task === undefined ? ok(null) : km.task(project.id, flags.task);
    if (!task.ok) return task;
    const since = flags.since === undefined ? ok(undefined) : startOf(flags.since, app.now());
    if (!since.ok) return since;
    const record = await app.memoryRecord();
    if (!record.ok) return record;
    const { scope, agent, cursor, type, status } = flags;
    const page = record.value.list({
      projectId: project.id,
      limit: flags.limit ?? LIST_LIMIT,
      pinned: flags.pinned,
      ...given({ scope, agent, cursor, taskId: task.value?.id, since: since.value }),
      ...(type.length > 0 && { types: type }),
      ...(status.length > 0 && { statuses: status }),
    });
    if (!page.ok) return page;
    const { entries, total, next_cursor } = page.value;
    if (entries.length === 0) out.line('Nothing of that is remembered. Remember something: llmclis memory add TEXT');
    else out.lines(entryTable(entries, out));
    if (next_cursor !== null)
      out.line(`${entries.length} of ${total}. More: the same command with --cursor ${next_cursor}`);
    if (out.isJson) out.json(page.value);
    return ok(0);
  },
});

/** A day begins with its first second. */
function startOf(text: string, now: Date): Result<string> {
  const moment = readMoment(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text, now);
  return moment.ok ? ok(`${moment.value.toISOString().slice(0, 19)}Z`) : moment;
}

export const memoryShow = defineCommand({
  name: 'memory show',
  summary: 'Show all of one entry: its text and fields, what it is linked to, earlier texts, and what happened to it.',
  about: 'An entry that differs from another only in numbers or names is shown as one that may contradict it.',
  args: { id: { required: true, help: 'Its id, as memory list shows it.' } },
  flags: { project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis memory show 12', does: 'The entry for people.' },
    { command: 'llmclis memory show 12 --json', does: 'The same as one object, with links, versions and history.' },
  ],
  run: async (app: ReadsMemory, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const ids = readIds([args.id]);
    if (!ids.ok) return ids;
    const record = await app.memoryRecord();
    if (!record.ok) return record;
    const shown = record.value.show(ids.value[0] ?? 0, at.value.project.id);
    if (!shown.ok) return shown;
    out.lines(entryText(shown.value, out));
    if (out.isJson) out.json(shown.value);
    return ok(0);
  },
});
