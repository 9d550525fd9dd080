import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../core/failure.ts';

/** Where a Qdrant server is, in the words of its client: the path and the port apart, or the client drops them. */
export type QdrantAddress = {
  /** As it is shown to people. */
  readonly shown: string;
  /** Protocol and host. */
  readonly url: string;
  readonly port: number;
  /** Path in front of every call, empty for none. */
  readonly prefix: string;
  /** Of the change log's consumer that delivers to it. */
  readonly consumer: string;
  readonly secure: boolean;
  readonly local: boolean;
};

const QDRANT_PORT = 6333;
const HTTPS_PORT = 443;
const HINT = 'Set qdrant_url to an address such as http://127.0.0.1:6333';

/** Reads the address of a server. Without a port it is 6333, over https 443. */
export function qdrantAddress(text: string): Result<QdrantAddress> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    return fail('settings.invalid', 'qdrant_url is no address that begins with http:// or https://.', HINT);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return fail(
      'settings.invalid',
      'qdrant_url holds more than an address; a password or key in it would be shown and kept.',
      'Take it out, and name the place of the key in qdrant_api_key, such as env:QDRANT_API_KEY',
    );
  const secure = url.protocol === 'https:';
  // A URL forgets the port that is usual for its protocol, and the client takes 6333 then.
  const [, given] = /^https?:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/i.exec(text.trim()) ?? [];
  const port = given === undefined ? (secure ? HTTPS_PORT : QDRANT_PORT) : Number(given);
  const prefix = url.pathname.replace(/\/+$/, '');
  const shown = `${url.protocol}//${url.hostname}:${port}${prefix}`;
  return ok({
    ...{ shown, port, prefix, secure },
    url: `${url.protocol}//${url.hostname}`,
    consumer: `qdrant:${createHash('sha256').update(shown).digest('hex').slice(0, 12)}`,
    local: /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname),
  });
}
