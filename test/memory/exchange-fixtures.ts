import { exportEntries } from '../../src/memory/exchange/export.ts';
import { importEntries } from '../../src/memory/exchange/import.ts';
import { parseJsonl, printJsonl } from '../../src/memory/exchange/jsonl.ts';
import { parseMarkdown, printMarkdown } from '../../src/memory/exchange/markdown.ts';
import type { ExchangeFile } from '../../src/memory/exchange/portable.ts';
import { makeKeeper } from '../../src/memory/record/keeper.ts';
import { must } from '../km/fixtures.ts';
import { makeRecord } from './record-fixtures.ts';
import { applyTo, type Operation } from './record-model.ts';

/** A database with memory in it that is written to texts and read from them. */
export function makeExchange(redact = (text: string) => text) {
  const world = makeRecord({ redact });
  const keeper = makeKeeper(world.sqlite, world.clock, redact);
  const write = () => exportEntries(keeper, 1);
  const read = (files: readonly ExchangeFile[], dry_run = false, agent = 'person') =>
    importEntries(keeper, { files, projectId: 1, agent, dry_run, taskId: key => (key === 'S1' ? 7 : null) });
  const markdown = () => printMarkdown(write(), 'Memory');
  const jsonl = () => printJsonl(write());
  const readMarkdown = (text: string, dry_run = false) => read([must(parseMarkdown('x.md', text))], dry_run);
  const readJsonl = (text: string, dry_run = false, agent = 'person') =>
    read([must(parseJsonl('x.jsonl', text))], dry_run, agent);
  return { ...world, write, markdown, jsonl, readMarkdown, readJsonl };
}

/** Which database wrote it is the one thing in which two equal exports differ. */
export const withoutStore = (text: string): string => text.replace(/"store":"\w*"/, '');

/** Plays a history, takes it to an empty database, and once more; a difference is thrown. */
export function comesBack(history: readonly Operation[]): void {
  const [one, two] = [makeExchange(), makeExchange()];
  for (const operation of history) applyTo(one, operation);
  const written = one.jsonl();
  must(two.readJsonl(written));
  const there = withoutStore(two.jsonl());
  const { added, edited } = must(two.readJsonl(written));
  if (there !== withoutStore(written)) throw new Error(`${withoutStore(written)}\ncame back as\n${there}`);
  if (added + edited > 0 || withoutStore(two.jsonl()) !== there) throw new Error('Reading it twice changed something.');
  for (const { sqlite } of [one, two]) sqlite.close();
}
