import type { App } from '../../app.ts';
import { ok, type Result } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import type { Change } from '../../memory/record/change.ts';
import type { MemoryRecord } from '../../memory/record/record.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { IDS, readIds } from '../memory-words.ts';
import { AGENT_FLAG, openProject, PERSON, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import type { Shell } from '../shell.ts';
import { tend } from '../tend.ts';

type ChangesMemory = ReadsTasks & Pick<App, 'memoryRecord' | 'tendMemory'>;
type Place = { readonly record: MemoryRecord; readonly projectId: number };

async function openMemory(app: ChangesMemory, projectId: number | undefined): Promise<Result<Place>> {
  const at = await openProject(app, projectId);
  if (!at.ok) return at;
  const record = await app.memoryRecord();
  return record.ok ? ok({ record: record.value, projectId: at.value.project.id }) : record;
}

const FLAGS = { agent: AGENT_FLAG, project_id: PROJECT_FLAG } as const;
const BECAUSE = { type: 'string', value: 'TEXT', help: 'Why, for the history.' } as const;

type Wish = {
  readonly ids: readonly string[];
  readonly agent: string | undefined;
  readonly because?: string | undefined;
  readonly project_id: number | undefined;
};

/** What is said of an entry that was changed, and of one that was so already. */
type Words = { readonly done: string; readonly already: string };

async function change(
  app: ChangesMemory,
  kind: Change,
  wish: Wish,
  words: Words,
  shell: Shell,
): Promise<Result<number>> {
  const { out } = shell;
  const ids = readIds(wish.ids);
  if (!ids.ok) return ids;
  const at = await openMemory(app, wish.project_id);
  if (!at.ok) return at;
  const { record, projectId } = at.value;
  const { agent = PERSON, because } = wish;
  const changed = record.change(kind, { ids: ids.value, projectId, agent, ...given({ because }) });
  if (!changed.ok) return changed;
  for (const one of changed.value) {
    out.line(`${one.entry.id} ${one.changed ? words.done : words.already}.`);
    if (kind === 'wrong' && one.changed && one.replaced.length > 0)
      out.line(
        `  It had replaced ${one.replaced.join(', ')}. To make that live again: llmclis memory restore ${one.replaced.at(-1)}`,
      );
  }
  if (out.isJson) out.json({ entries: changed.value.map(({ entry, changed: was }) => ({ ...entry, changed: was })) });
  await tend(app, shell);
  return ok(0);
}

export const memoryPin = defineCommand({
  name: 'memory pin',
  summary: 'Pin entries: recall prefers them to others.',
  args: { ids: IDS },
  flags: FLAGS,
  examples: [{ command: 'llmclis memory pin 12', does: 'See all of them: llmclis memory list --pinned' }],
  run: (app: ChangesMemory, { args, flags }, _, shell) =>
    change(app, 'pin', { ...flags, ...args }, { done: 'is pinned', already: 'is pinned already' }, shell),
});

export const memoryUnpin = defineCommand({
  name: 'memory unpin',
  summary: 'Take the pins off again.',
  args: { ids: IDS },
  flags: FLAGS,
  examples: [{ command: 'llmclis memory unpin 12 13', does: 'Two at once.' }],
  run: (app: ChangesMemory, { args, flags }, _, shell) =>
    change(app, 'unpin', { ...flags, ...args }, { done: 'is pinned no more', already: 'is not pinned' }, shell),
});

export const memoryWrong = defineCommand({
  name: 'memory wrong',
  summary: 'Mark entries as wrong: they are kept, never recalled, and nobody can teach the same text again.',
  about: 'Nothing comes back by itself: what a wrong entry had replaced is named, for llmclis memory restore.',
  args: { ids: IDS },
  flags: { because: BECAUSE, ...FLAGS },
  examples: [
    {
      command: 'llmclis memory wrong 12 --because "The port is 5433"',
      does: 'An agent that says it again is not heard.',
    },
  ],
  run: (app: ChangesMemory, { args, flags }, _, shell) =>
    change(app, 'wrong', { ...flags, ...args }, { done: 'is marked wrong', already: 'is marked wrong already' }, shell),
});

export const memoryRestore = defineCommand({
  name: 'memory restore',
  summary: 'Make entries that were replaced or marked wrong live again.',
  about: 'What was forgotten has no text any more and cannot come back.',
  args: { ids: IDS },
  flags: { because: BECAUSE, ...FLAGS },
  examples: [{ command: 'llmclis memory restore 12', does: 'It is recalled again.' }],
  run: (app: ChangesMemory, { args, flags }, _, shell) =>
    change(app, 'restore', { ...flags, ...args }, { done: 'is live again', already: 'is live' }, shell),
});

export const memoryEdit = defineCommand({
  name: 'memory edit',
  summary: 'Give an entry another text; the old one is kept as a version.',
  args: {
    id: { required: true, help: 'Its id, as memory list shows it.' },
    text: { required: true, rest: true, help: 'The new text; - reads standard input.' },
  },
  flags: FLAGS,
  examples: [
    { command: 'llmclis memory edit 12 "Dates are stored in UTC, with seconds"', does: 'Recalled from now on.' },
  ],
  run: async (app: ChangesMemory, { args, flags }, out, shell) => {
    const ids = readIds([args.id]);
    if (!ids.ok) return ids;
    const text = args.text.trim() === '-' ? shell.readStdin() : args.text;
    const at = await openMemory(app, flags.project_id);
    if (!at.ok) return at;
    const { record, projectId } = at.value;
    const edited = record.edit({ id: ids.value[0] ?? 0, text, projectId, agent: flags.agent ?? PERSON });
    if (!edited.ok) return edited;
    const { entry, changed } = edited.value;
    out.line(
      changed ? `${entry.id} has its new text. The old one: llmclis memory show ${entry.id}` : 'Nothing changed.',
    );
    if (out.isJson) out.json({ ...entry, changed });
    await tend(app, shell);
    return ok(0);
  },
});

export const memoryForget = defineCommand({
  name: 'memory forget',
  summary: 'Take the texts of entries out of the database for good: earlier texts, index and vectors too.',
  about:
    'The entry stays, empty, with its history. The database file is written anew, so that not even unused space holds the text; backups that were made before, and what a run wrote into its journal, keep it. To keep a text and not recall it: llmclis memory wrong.',
  args: { ids: IDS },
  flags: { because: BECAUSE, ...FLAGS },
  examples: [{ command: 'llmclis memory forget 12 13', does: 'Cannot be undone.' }],
  run: async (app: ChangesMemory, { args, flags }, out, shell) => {
    const ids = readIds(args.ids);
    if (!ids.ok) return ids;
    const at = await openMemory(app, flags.project_id);
    if (!at.ok) return at;
    const { record, projectId } = at.value;
    const { agent = PERSON, because } = flags;
    const forgotten = record.forget({ ids: ids.value, projectId, agent, ...given({ because }) });
    if (!forgotten.ok) return forgotten;
    const { entries, erased, echoes } = forgotten.value;
    out.line(`Forgot ${plural(entries.length, 'entry', 'entries')}: ${entries.map(({ id }) => id).join(', ')}.`);
    if (!erased)
      out.line(
        'Another process reads the database, so that its log may still hold the text. When it has ended, forget again.',
      );
    if (echoes.length > 0)
      out.line(`Others may repeat it, and stay: ${echoes.join(', ')}. Look: llmclis memory show ${echoes[0]}`);
    const runs = new Set(entries.flatMap(({ run_id, source }) => run_id ?? /^run:(.+)$/.exec(source)?.[1] ?? []));
    if (runs.size > 0)
      out.line(`What a run wrote into its journal stays there: ${[...runs].map(id => oneLine(id)).join(', ')}.`);
    if (out.isJson) out.json({ forgotten: entries.map(({ id }) => id), erased, echoes });
    await tend(app, shell);
    return ok(0);
  },
});
