import type { App } from '../../app.ts';
import { fail, ok } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import type { ImportedEntry, ImportReport } from '../../memory/exchange/import.ts';
import { defineCommand } from '../command.ts';
import { TYPES } from '../memory-words.ts';
import { AGENT_FLAG, openProject, PERSON, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { tend } from '../tend.ts';

const FORMATS = ['md', 'jsonl'] as const;

export const memoryExport = defineCommand({
  name: 'memory export',
  summary: 'Write what the project remembers to files: Markdown to read and edit, or JSONL with everything.',
  about:
    'Markdown holds each text under a heading; edit the texts and read them back with llmclis memory import. JSONL holds all fields, earlier texts and the history too. Forgotten entries are in neither, vectors and indexes are made again. The whole database: llmclis export.',
  args: { to: { help: 'A file, or a folder (Markdown: one file for each type); default: standard output.' } },
  flags: {
    format: {
      type: 'string',
      value: 'F',
      choices: FORMATS,
      help: 'md or jsonl; default: as the file’s name says, else md.',
    },
    type: { type: 'list', value: 'T', choices: TYPES, help: 'Only entries of this kind.' },
    force: { type: 'boolean', help: 'Replace files that are there.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis memory export memory/', does: 'memory/decision.md, memory/lesson.md and so on.' },
    { command: 'llmclis memory export memory.jsonl', does: 'Everything, for another machine.' },
  ],
  run: async (app: ReadsTasks & Pick<App, 'exportMemory'>, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const to = args.to === '-' ? undefined : args.to;
    if (to === undefined && out.isJson)
      return fail('input.invalid', 'The export goes to standard output.', 'Leave --json out, or name a file.');
    const format = flags.format ?? (to?.endsWith('.jsonl') ? 'jsonl' : 'md');
    const { type: types, force } = flags;
    const exported = await app.exportMemory(at.value.project, {
      format,
      types,
      force,
      ...(to !== undefined && { to }),
    });
    if (!exported.ok) return exported;
    const { entries, files, text } = exported.value;
    if (text !== null) out.line(text.trimEnd());
    else
      out.line(`Wrote ${plural(entries, 'entry', 'entries')} to ${files.length === 0 ? 'no file' : files.join(', ')}.`);
    if (out.isJson) out.json({ entries, files });
    return ok(0);
  },
});

export const memoryImport = defineCommand({
  name: 'memory import',
  summary: 'Read what llmclis memory export wrote, with the edits that people made.',
  about:
    'New texts are added, texts edited in the file are edited here, what is known is left alone: to read a file twice changes nothing. What was edited here since, or forgotten here, stays as it is here. Secrets are taken out. All of it or nothing.',
  args: { files: { required: true, list: true, help: 'Files, or folders of them; - reads standard input.' } },
  flags: {
    dry_run: { type: 'boolean', help: 'Show what it would do, and do nothing.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis memory import memory/ --dry_run', does: 'What people edited in the Markdown files.' },
    { command: 'llmclis memory import memory.jsonl', does: 'Another machine’s memory into this project.' },
  ],
  run: async (app: ReadsTasks & Pick<App, 'importMemory' | 'tendMemory'>, { args, flags }, out, shell) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const files = args.files.map(name => ({ name, text: name === '-' ? shell.readStdin() : null }));
    const { dry_run, agent = PERSON } = flags;
    const imported = await app.importMemory(at.value.project, { files, agent, dry_run });
    if (!imported.ok) return imported;
    out.lines(linesOf(imported.value));
    if (out.isJson) out.json(imported.value);
    if (!dry_run) await tend(app, shell);
    return ok(0);
  },
});

function linesOf({ added, edited, unchanged, left, dry_run, entries }: ImportReport): readonly string[] {
  const told = entries.filter(({ action }) => action === 'left' || (dry_run && action !== 'unchanged'));
  return [
    ...(dry_run ? ['Nothing was changed. This would be:'] : []),
    `${added} added, ${edited} edited, ${unchanged} known already${left > 0 ? `, ${left} left as they are here` : ''}.`,
    ...told.map(lineOf),
  ];
}

const lineOf = ({ action, file, line, id, because }: ImportedEntry): string =>
  `  ${action} ${action === 'added' ? '' : `${id} `}(${oneLine(file)}:${line})${because === '' ? '' : `: ${oneLine(because, 200)}`}`;
