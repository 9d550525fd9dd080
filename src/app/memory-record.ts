import { ok, type Result } from '../core/failure.ts';
import { createRecord, type MemoryRecord } from '../memory/record/record.ts';
import type { AppCore } from './core.ts';
import { secretsHere } from './secrets-for.ts';

/** The entries of memory, behind the gate of the secrets that are known. */
export function openRecord(core: AppCore, known = secretsHere(core)): Result<MemoryRecord> {
  const database = core.database();
  if (!database.ok) return database;
  return ok(createRecord(database.value.sqlite, core.clock, text => known.keep(known.clean(text))));
}
