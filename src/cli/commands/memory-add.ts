import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { Stored, StoreOptions } from '../../memory/memory.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { SCOPES, TYPES } from '../memory-words.ts';
import type { Output } from '../output.ts';
import { AGENT_FLAG, openProject, PERSON, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { tend } from '../tend.ts';

export const memoryAdd = defineCommand({
  name: 'memory add',
  summary: 'Remember a text: it is recalled for tasks it helps.',
  about:
    'The same text again is counted, not stored twice. Secrets are taken out before it is stored. A later statement of the same --slot takes the place of the earlier one, which is kept and no longer recalled; so does one with --supersedes. A fact or decision of one line such as db.port = 5432 has its key for a slot by itself.',
  args: { text: { required: true, rest: true, help: 'What to remember; - reads standard input.' } },
  flags: {
    type: { type: 'string', value: 'T', choices: TYPES, help: 'What kind of text it is; default note.' },
    task: { type: 'string', value: 'KEY', help: 'The task it is about; default: the whole project.' },
    scope: {
      type: 'string',
      value: 'S',
      choices: SCOPES,
      help: 'How far it holds; default: its task, or the project. global: in every project.',
    },
    slot: { type: 'string', value: 'NAME', help: 'What it states the value of, for example db.port.' },
    supersedes: { type: 'number', value: 'ID', min: 1, help: 'The entry that it replaces.' },
    valid_from: { type: 'string', value: 'TIME', help: 'When it became true, 2026-11-21; default: now.' },
    valid_to: { type: 'string', value: 'TIME', help: 'When it stopped being true.' },
    file: { type: 'string', value: 'FILE', help: 'The file it is about, with lines when you like: src/slug.js:12-40.' },
    source: { type: 'string', value: 'TEXT', help: 'Where it came from; default: who says it.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    {
      command: 'llmclis memory add "Dates are stored in UTC" --type decision',
      does: 'Told to every later task that has to do with dates or UTC.',
    },
    { command: 'llmclis memory add db.port = 5433 --type fact', does: 'Replaces what was said about db.port before.' },
    {
      command: 'git log -5 | llmclis memory add - --task S1.2',
      does: 'A longer text about one task, which is told it.',
    },
  ],
  run: async (app: ReadsTasks & Pick<App, 'memory' | 'tendMemory' | 'now'>, { args, flags }, out, shell) => {
    const text = args.text.trim() === '-' ? shell.readStdin() : args.text;
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const { km, project } = at.value;
    const task = flags.task === undefined ? ok(null) : km.task(project.id, flags.task);
    if (!task.ok) return task;
    if ((flags.scope === 'task' || flags.scope === 'subtask') && flags.task === undefined)
      return fail('input.invalid', `What holds for a ${flags.scope} needs one.`, 'Name it: --task KEY');
    const memory = await app.memory();
    if (!memory.ok) return memory;
    const { type = 'note', agent = PERSON, file, scope, slot, supersedes, valid_from, valid_to, source } = flags;
    const options: StoreOptions = {
      ...given({ scope, slot, supersedes, valid_from, valid_to, source }),
      ...(file !== undefined && readPlace(file)),
      task_key: task.value?.key ?? null,
    };
    const stored = memory.value.storeMemory(text, project.id, task.value?.id ?? null, type, agent, options);
    const begins = valid_from !== undefined && Date.parse(valid_from) > app.now().getTime() ? valid_from : null;
    const shown = show(stored, out, begins);
    if (shown.ok) await tend(app, shell);
    return shown;
  },
});

/** `src/slug.js:12-40`. */
function readPlace(text: string): Pick<StoreOptions, 'file' | 'lines'> {
  const [, file, lines] = /^(.+?):(\d+(?:-\d+)?)$/.exec(text) ?? [];
  return file === undefined || lines === undefined ? { file: text } : { file, lines };
}

function show(stored: Result<Stored>, out: Output, begins: string | null): Result<number> {
  if (!stored.ok) return stored;
  const { id, status, superseded, contradicts } = stored.value;
  if (status === 'wrong')
    out.line(`Known, and marked wrong, as ${id}: it stays so. Take that back: llmclis memory restore ${id}`);
  else if (!stored.value.stored)
    out.line(
      `Known already, as ${id}${status === 'live' ? '' : ', and no longer recalled: it has stopped being true'}.`,
    );
  else if (status === 'superseded') out.line(`Remembered as ${id}, as what was true before the newer statement.`);
  else out.line(`Remembered as ${id}.`);
  if (superseded.length > 0)
    out.line(
      begins === null
        ? `It replaces ${superseded.join(', ')}, which is kept and no longer recalled.`
        : `It replaces ${superseded.join(', ')} from ${begins} on.`,
    );
  if (contradicts.length > 0)
    out.line(
      `It contradicts ${contradicts.join(', ')}, which is trusted more, so both stay. Look: llmclis memory show ${id}`,
    );
  if (out.isJson) out.json(stored.value);
  return ok(0);
}
