import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { fail, ok, type Result } from '../core/failure.ts';
import { readReference, referenceText, type SecretReference } from '../core/secret-reference.ts';
import { findProvider, type Registry } from '../router/registry.ts';
import { resolveReference } from '../secrets/resolve.ts';
import type { Env } from './core.ts';
import type { KnownSecrets } from './known-secrets.ts';

/** The keys of a registry's providers: looked up when a provider is used, once, and known to the redactor from then on. */
export type ProviderKeys = {
  /** Where a provider's key is kept; null when it needs none. */
  reference(provider: string): SecretReference | null;
  /** The key, or null when it is not there. */
  resolve(provider: string): Promise<Result<string | null>>;
  /** Is it known, without looking it up, that the key is not there? */
  isMissing(provider: string): boolean;
  /** Address of the proxy between, or null. */
  proxy(provider: string): Promise<Result<string | null>>;
  /** A key that a person typed, for this process only. */
  give(provider: string, value: string): void;
};

export function providerKeys(
  registry: Registry,
  deps: { readonly env: Env; readonly known: KnownSecrets; readonly warn: (text: string) => void },
): ProviderKeys {
  const { env, known, warn } = deps;
  const home = env.HOME ?? homedir();
  const found = new Map<string, Promise<Result<string | null>>>();
  const absent = new Set<string>();
  const reference = (provider: string): SecretReference | null => {
    const text = findProvider(registry, provider)?.api_key ?? null;
    const read = text === null ? null : readReference(text);
    return read?.ok === true ? read.value : null;
  };
  const lookUp = async (at: SecretReference): Promise<Result<string | null>> => {
    const resolved = await resolveReference(at, { env, home, platform: process.platform });
    if (!resolved.ok) return resolved;
    const { value, warning } = resolved.value;
    if (warning !== null) warn(warning);
    if (value === null) absent.add(referenceText(at));
    else known.add({ name: nameOf(at), value });
    return ok(value);
  };
  return {
    reference,
    resolve(provider) {
      const at = reference(provider);
      if (at === null) return Promise.resolve(ok(null));
      const text = referenceText(at);
      const looked = found.get(text) ?? lookUp(at);
      found.set(text, looked);
      return looked;
    },
    async proxy(provider) {
      const text = findProvider(registry, provider)?.proxy ?? null;
      const read = text === null ? null : readReference(text);
      if (read === null || !read.ok) return ok(text);
      const resolved = await resolveReference(read.value, { env, home, platform: process.platform });
      if (!resolved.ok || resolved.value.value === null) return resolved.ok ? ok(null) : resolved;
      return proxyAddress(resolved.value.value, read.value, known);
    },
    isMissing(provider) {
      const at = reference(provider);
      if (at === null || found.has(referenceText(at))) return at !== null && absent.has(referenceText(at));
      if (at.kind === 'env') return (env[at.name] ?? '').trim() === '';
      return at.kind === 'file' && !existsSync(at.path.replace(/^~(?=\/)/, home));
    },
    give(provider, value) {
      const at = reference(provider);
      if (at === null) return;
      known.add({ name: nameOf(at), value });
      absent.delete(referenceText(at));
      found.set(referenceText(at), Promise.resolve(ok(value)));
    },
  };
}

/** How a redacted key is called: its variable, else its reference. */
const nameOf = (at: SecretReference): string => (at.kind === 'env' ? at.name : referenceText(at));

/** An address that was looked up, its password known from now on. */
function proxyAddress(address: string, at: SecretReference, known: KnownSecrets): Result<string> {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    return fail(
      'settings.invalid',
      `What ${referenceText(at)} holds is no address of a proxy.`,
      'Put one there such as http://user:password@proxy.example.com:3128',
    );
  known.add({ name: nameOf(at), value: address });
  const { password } = new URL(address);
  if (password !== '') known.add({ name: nameOf(at), value: decodeURIComponent(password) });
  return ok(address);
}
