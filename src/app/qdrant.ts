import { homedir } from 'node:os';
import { err, fail, ok, type Result } from '../core/failure.ts';
import { missingSecret, readReference } from '../core/secret-reference.ts';
import type { Settings } from '../core/settings.ts';
import { lag } from '../memory/changes.ts';
import { servingModel } from '../memory/indexes/embedded.ts';
import { qdrantAddress } from '../memory/indexes/qdrant-address.ts';
import { mayCarryKey, type QdrantServer, qdrantServer } from '../memory/indexes/qdrant-client.ts';
import { lookAtCollection } from '../memory/indexes/qdrant-collection.ts';
import { targetOf } from '../memory/indexes/qdrant-consumer.ts';
import { resolveReference } from '../secrets/resolve.ts';
import type { AppCore } from './core.ts';
import type { Looked } from './doctor-types.ts';

/** The server that the settings name, with its key; null when they name none. Nothing is asked of it yet. */
export async function openQdrant(core: AppCore, settings: Settings): Promise<Result<QdrantServer | null>> {
  const { qdrant_url, qdrant_api_key, mode } = settings;
  if (qdrant_url.value === null) return ok(null);
  const address = qdrantAddress(qdrant_url.value);
  if (!address.ok) return address;
  if (mode.value === 'offline' && !address.value.local)
    return fail(
      'provider.unreachable',
      `The mode is offline, and Qdrant at ${address.value.shown} is another machine.`,
      'Recall goes on with the vectors in the database; what waits is delivered when the mode is another.',
    );
  const key = await keyOf(core, qdrant_api_key.value);
  if (!key.ok) return key;
  const allowed = mayCarryKey(address.value, key.value);
  return allowed.ok ? ok(qdrantServer(address.value, key.value)) : allowed;
}

async function keyOf(core: AppCore, text: string | null): Promise<Result<string | null>> {
  if (text === null) return ok(null);
  const reference = readReference(text);
  if (!reference.ok) return reference;
  const { platform } = process;
  const found = await resolveReference(reference.value, { env: core.env, home: core.env.HOME ?? homedir(), platform });
  if (!found.ok) return found;
  if (found.value.value !== null) return ok(found.value.value);
  const { message } = missingSecret(reference.value, 'Qdrant', platform);
  const hint = 'Set it, or take qdrant_api_key out of the settings.';
  return err({ code: 'secret.missing', message, hint });
}

/** What the doctor says of the server: it answers, its version, the collection, and what waits for it. */
export async function lookAtQdrant(core: AppCore, settings: Settings): Promise<readonly Looked[]> {
  const row = (state: Looked['state'], says: string, ...remedy: readonly string[]): readonly Looked[] => [
    { area: 'qdrant', state, says, remedy },
  ];
  const opened = await openQdrant(core, settings);
  const database = core.database();
  // Recall does without it, so nothing of it keeps a run from starting.
  if (!opened.ok) return row('warn', opened.error.message, opened.error.hint);
  if (opened.value === null || !database.ok) return [];
  const server = opened.value;
  const { sqlite } = database.value;
  const signal = new AbortController().signal;
  const waiting = lag(sqlite, server.address.consumer);
  const rest = waiting === 0 ? 'nothing waits for it' : `${waiting} changes wait for it`;
  const version = await server.version(signal);
  if (!version.ok) return row('warn', `${version.error.message} ${capital(rest)}.`, version.error.hint);
  const { names, store } = targetOf(sqlite, server, servingModel(sqlite));
  const found = await lookAtCollection(server, names.collection, signal);
  if (!found.ok) return row('warn', `${found.error.message} ${capital(rest)}.`, found.error.hint);
  const collection =
    found.value === null
      ? 'the collection is made with the first delivery'
      : found.value.mark?.store === store
        ? names.collection
        : `${names.collection} belongs to somebody else`;
  const key = settings.qdrant_api_key.value === null ? 'no key' : 'with a key';
  const says = `Qdrant ${version.value.text} answers (${server.address.shown}, ${key}): ${collection}, ${rest}.`;
  return row(waiting === 0 ? 'ok' : 'warn', says, ...(waiting === 0 ? [] : ['llmclis memory reindex --index qdrant']));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
