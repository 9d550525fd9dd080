import type { App } from '../../app.ts';
import { fail, ok } from '../../core/failure.ts';
import { count, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { contentText } from './backup.ts';

export const exportContent = defineCommand({
  name: 'export',
  summary: 'Write everything as JSONL, one line per record in a stable order, fit for git.',
  about:
    'The first line is a header, then a line for each row: {"table", "row"}. The same content always gives the same text, so that a small change is a small diff. llmclis import reads it back to identical content. Tasks alone, for people or other tools: llmclis plan export.',
  args: { file: { help: 'Where to; - or nothing: standard output.' } },
  flags: {
    project_id: {
      type: 'number',
      value: 'N',
      min: 1,
      help: 'Only what belongs to this project; default: everything.',
    },
  },
  examples: [
    { command: 'llmclis export llmclis.jsonl', does: 'Everything; commit it as often as you like.' },
    { command: 'llmclis export two.jsonl --project_id 2', does: 'One project, to be read elsewhere.' },
  ],
  run: async (app: Pick<App, 'exportContent'>, { args, flags }, out) => {
    const { file = '-' } = args;
    if (file === '-' && out.isJson)
      return fail(
        'input.invalid',
        'The export is JSON lines already.',
        'Leave --json out, or name a file: llmclis export FILE --json',
      );
    const to = file === '-' ? { print: out.line } : { file };
    const exported = await app.exportContent(flags.project_id, to);
    if (!exported.ok || exported.value === null) return exported.ok ? ok(0) : exported;
    const { file: path, bytes, records } = exported.value;
    out.line(`${out.style('bold', path)}  ${plural(records, 'record', 'records')}, ${count(bytes)} bytes`);
    if (out.isJson) out.json(exported.value);
    return ok(0);
  },
});

export const importContent = defineCommand({
  name: 'import',
  summary: 'Read what llmclis export wrote into an empty database: identical content, all or nothing.',
  about:
    'A line that cannot be read is named with its number, and nothing is changed. A database that holds something is left alone, unless it holds exactly that already (then there is nothing to do) or --replace says so. A plan of people or other tools is read by llmclis plan import.',
  args: { file: { required: true, help: 'A file that llmclis export wrote; - reads standard input.' } },
  flags: {
    replace: { type: 'boolean', help: 'Take the place of what is there; a backup of it is made first.' },
    force: { type: 'boolean', help: 'With --replace: also while a run is going.' },
  },
  examples: [
    {
      command: 'llmclis import llmclis.jsonl',
      does: 'Into an empty database; LLMCLIS_HOME=FOLDER before it makes a new one.',
    },
    { command: 'llmclis import llmclis.jsonl --replace', does: 'Prints where the content of before is kept.' },
  ],
  run: async (app: Pick<App, 'importContent'>, { args, flags }, out, shell) => {
    const { replace, force } = flags;
    const text = args.file === '-' ? shell.readStdin() : null;
    const imported = await app.importContent({ file: args.file, text }, { replace, force });
    if (!imported.ok) return imported;
    const { changed, records, recounted, kept } = imported.value;
    if (!changed) out.line(`Nothing to do: the database holds exactly that, ${contentText(imported.value)}.`);
    else out.line(`Imported ${plural(records, 'record', 'records')}: ${contentText(imported.value)}`);
    if (recounted > 0)
      out.line(`The counters of ${plural(recounted, 'task', 'tasks')} were wrong and are counted again.`);
    if (kept !== null) out.line(`What was there before: ${kept}`);
    if (out.isJson) out.json(imported.value);
    return ok(0);
  },
});
