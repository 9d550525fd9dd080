import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';

const INDEXES = ['words', 'trigrams', 'near', 'vectors', 'qdrant'] as const;
/** Exit code when an index could not be reached, or is not what the entries say. */
const MISSING = 4;
const DIFFERENT = 3;
const INTERRUPTED = 130;
/** Ids of entries that a line shows. */
const SHOWN = 10;

export const memoryReindex = defineCommand({
  name: 'memory reindex',
  summary:
    'Make the indexes of memory again from its entries: words, parts of words, near duplicates, vectors, Qdrant.',
  about:
    'The entries in the database are the truth; everything else is made from them. Recall goes on meanwhile. A run that is interrupted or killed goes on where it was the next time. A Qdrant server runs beside llmclis with: docker compose up -d qdrant (docker-compose.yml, address http://127.0.0.1:6333); name it in your config.yaml as qdrant_url, or in LLMCLIS_QDRANT_URL.',
  args: {},
  flags: { index: { type: 'string', value: 'NAME', choices: INDEXES, help: 'Only this one.' } },
  examples: [
    { command: 'llmclis memory reindex', does: 'All of them, with progress.' },
    { command: 'llmclis memory reindex --index qdrant', does: 'Everything is delivered to the Qdrant server again.' },
  ],
  run: async (app: Pick<App, 'reindexMemory'>, { flags }, out, shell) => {
    let shown = 0;
    const onProgress = ({ name, done, waiting }: { name: string; done: number; waiting: number }): void => {
      if (done - shown < 1_000 && waiting > 0 && done > shown) return;
      shown = done;
      out.note(`${name}: ${done} done, ${waiting} to do`);
    };
    const signal = shell.interrupts();
    const report = await app.reindexMemory({ ...given({ index: flags.index }), signal, onProgress });
    if (!report.ok) return report;
    for (const { name, done, waiting, trouble } of report.value.indexes) {
      if (trouble === null && waiting === 0) out.line(`${name}: ${done} followed, nothing waits.`);
      else if (trouble === null) out.line(`${name}: ${done} followed, ${waiting} wait. Go on: llmclis memory reindex`);
      else out.line(`${name}: ${trouble.message} ${waiting} wait and are delivered later. ${trouble.hint}`);
    }
    if (out.isJson) out.json(report.value);
    if (signal.aborted) return ok(INTERRUPTED);
    return ok(report.value.indexes.some(({ trouble }) => trouble !== null) ? MISSING : 0);
  },
});

type Reports = Extract<Awaited<ReturnType<App['verifyMemory']>>, { ok: true }>['value'];

const some = (ids: readonly number[]): string =>
  `${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : ''}`;

function show(reports: Reports, out: Output): void {
  for (const { name, entries, missing, different, extra, waiting, repaired, trouble } of reports) {
    if (trouble !== null) {
      out.line(`${name}: ${trouble.message} ${waiting} wait for it. ${trouble.hint}`);
      continue;
    }
    const wrong = [
      ...(missing.length > 0 ? [`${missing.length} missing (${some(missing)})`] : []),
      ...(different.length > 0 ? [`${different.length} different (${some(different)})`] : []),
      ...(extra.length > 0 ? [`${extra.length} too many (${some(extra)})`] : []),
    ];
    const waits = waiting > 0 ? ` ${plural(waiting, 'change waits', 'changes wait')} for it.` : '';
    const mended = repaired ? ', repaired' : '';
    if (wrong.length === 0)
      out.line(`${name}: equal to the record, ${plural(entries, 'entry', 'entries')}${mended}.${waits}`);
    else out.line(`${name}: ${wrong.join(', ')}.${waits}`);
  }
}

export const memoryVerify = defineCommand({
  name: 'memory verify',
  summary: 'Compare each index of memory with its entries, and mend it with --repair.',
  about:
    'Each entry of an index is compared by its id, and on a Qdrant server by a checksum of all that is kept there. What only waits to be followed is no error: the line says how much does. Exit 0 when all are equal, 3 when one is not, 4 when one could not be reached.',
  args: {},
  flags: { repair: { type: 'boolean', help: 'Follow what waits, then put right what is still wrong.' } },
  examples: [
    { command: 'llmclis memory verify', does: 'One line for each index.' },
    {
      command: 'llmclis memory verify --repair --json',
      does: 'As {"indexes": [{"name", "missing", "different", "extra", …}]}.',
    },
  ],
  run: async (app: Pick<App, 'verifyMemory'>, { flags }, out, shell) => {
    const reports = await app.verifyMemory({ repair: flags.repair, signal: shell.interrupts() });
    if (!reports.ok) return reports;
    show(reports.value, out);
    if (out.isJson) out.json({ indexes: reports.value });
    if (reports.value.some(({ trouble }) => trouble !== null)) return ok(MISSING);
    const isWrong = reports.value.some(
      ({ missing, different, extra, waiting }) => waiting === 0 && missing.length + different.length + extra.length > 0,
    );
    if (isWrong && !flags.repair) out.line('Put it right: llmclis memory verify --repair');
    return ok(isWrong ? DIFFERENT : 0);
  },
});
