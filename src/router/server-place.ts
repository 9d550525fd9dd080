import type { Location, WrittenProvider } from './schema.ts';

const PRIVATE = [/^127\./, /^10\./, /^192\.168\./, /^172\.(1[6-9]|2\d|3[01])\./, /^169\.254\./];

/** The address's host, or null when it is no address. */
function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : null;
}

function isNear(host: string): boolean {
  if (host === 'localhost' || host === '[::1]' || host === 'host.docker.internal') return true;
  if (/\.(local|localhost|lan|internal)$/.test(host)) return true;
  return /^[\d.]+$/.test(host) && PRIVATE.some(range => range.test(host));
}

/** Where a provider without `location` is: anything that is not plainly on this machine or its own network counts as cloud. */
export function defaultLocation(provider: Pick<WrittenProvider, 'kind' | 'base_url'>): Location {
  if (provider.kind === 'anthropic') return 'cloud';
  if (provider.base_url === null) return provider.kind === 'openai' ? 'cloud' : 'local';
  const host = hostOf(provider.base_url);
  return host !== null && isNear(host) ? 'local' : 'cloud';
}

/** What is wrong with an address, or null. Never quotes it: it may hold a password. */
export function addressProblem(url: string): string | null {
  if (!URL.canParse(url)) return 'is not an address such as http://127.0.0.1:11434';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must begin with http:// or https://';
  if (username !== '' || password !== '') return 'must not hold a user or password: name the key with api_key_env';
  return null;
}
