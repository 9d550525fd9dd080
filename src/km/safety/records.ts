import { fail, ok, type Result } from '../../core/failure.ts';
import { SCHEMA_VERSION } from '../schema-version.ts';
import type { SqlValue } from '../sqlite.ts';
import { EXPORT_FORMAT, type ExportHeader } from './export.ts';

/** One line of an export after the first. */
export type ExportRecord = {
  readonly table: string;
  readonly row: ReadonlyMap<string, SqlValue | Buffer>;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The first line; refuses what is no export, and one of a newer llmclis. */
export function readHeader(file: string, line: string): Result<ExportHeader> {
  const header = parse(line);
  const [format, schema] = isObject(header) ? [header.llmclis_export, header.schema] : [];
  if (!isObject(header) || typeof format !== 'number' || typeof schema !== 'number')
    return fail(
      'input.invalid',
      `${file} is no export of llmclis: its first line has no "llmclis_export".`,
      'Give a file that llmclis export wrote. A plan is read by: llmclis plan import FILE',
    );
  if (format > EXPORT_FORMAT || schema > SCHEMA_VERSION)
    return fail(
      'database.newer',
      `${file} was written by a newer llmclis (format ${schema}, this one knows ${SCHEMA_VERSION}).`,
      'Update llmclis first.',
      { found: schema, known: SCHEMA_VERSION },
    );
  const { project_id } = header;
  return ok({ llmclis_export: format, schema, ...(typeof project_id === 'number' && { project_id }) });
}

/** Any other line; the answer to one that cannot be read says why, without its number. */
export function readRecord(line: string): Result<ExportRecord, string> {
  if (/^(?:<{7}|={7}|>{7})/.test(line)) return { ok: false, error: 'it is a conflict marker of git' };
  const record = parse(line);
  if (record === undefined) return { ok: false, error: 'it is no JSON' };
  if (!isObject(record) || typeof record.table !== 'string' || !isObject(record.row))
    return { ok: false, error: 'it has no "table" and "row"' };
  const row = new Map<string, SqlValue | Buffer>();
  for (const [name, value] of Object.entries(record.row)) {
    const read = readValue(value);
    if (read === undefined) return { ok: false, error: `"${name}" is neither text, number, null nor {"base64"}` };
    row.set(name, read);
  }
  return { ok: true, value: { table: record.table, row } };
}

function readValue(value: unknown): SqlValue | Buffer | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return isObject(value) && typeof value.base64 === 'string' ? Buffer.from(value.base64, 'base64') : undefined;
}
