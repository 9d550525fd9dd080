import { fail, ok, type Result } from '../../core/failure.ts';
import type { Exported } from './export.ts';
import { EXCHANGE_FORMAT, type ExchangeFile, type ExchangeHeader, headerSchema, portableSchema } from './portable.ts';

/** A header, then an entry with all of its fields on each line. */
export const printJsonl = ({ header, entries }: Exported): string =>
  `${[header, ...entries].map(value => JSON.stringify(value)).join('\n')}\n`;

export function parseJsonl(name: string, text: string): Result<ExchangeFile> {
  const [first = '', ...rest] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = readHeader(name, first);
  if (!header.ok) return header;
  const entries: ExchangeFile['entries'][number][] = [];
  for (const [place, line] of rest.entries()) {
    if (line.trim() === '') continue;
    const entry = readEntry(name, place + 2, line, {});
    if (!entry.ok) return entry;
    entries.push({ line: place + 2, entry: entry.value });
  }
  return ok({ name, header: header.value, entries });
}

/** Refuses what is no export, and one of a newer llmclis. */
export function readHeader(name: string, json: string): Result<ExchangeHeader> {
  const header = headerSchema.safeParse(parse(json));
  if (!header.success)
    return fail(
      'input.invalid',
      `${name} is no export of memory: it does not begin with "llmclis_memory". Nothing was changed.`,
      'Give a file that llmclis memory export wrote. A single text: llmclis memory add TEXT',
    );
  if (header.data.llmclis_memory <= EXCHANGE_FORMAT) return ok(header.data);
  return fail(
    'database.newer',
    `${name} was written by a newer llmclis. Nothing was changed.`,
    'Update llmclis first.',
  );
}

/** An entry's JSON, with the text where that stands elsewhere. */
export function readEntry(
  name: string,
  line: number,
  json: string,
  more: { readonly text?: string },
): Result<ExchangeFile['entries'][number]['entry']> {
  const value = parse(json);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const read = portableSchema.safeParse(isObject ? { ...value, ...more } : value);
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  const why =
    isObject && issue !== undefined ? `${issue.path.join('.') || 'it'}: ${issue.message}` : 'it is no JSON object';
  return fail(
    'input.invalid',
    `Line ${line} of ${name} cannot be read: ${why}. Nothing was changed.`,
    'Put the line right, or export again: llmclis memory export FILE',
    { line },
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
