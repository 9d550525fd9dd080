import { fail, ok, type Result } from '../core/failure.ts';
import type { Problem } from './problems.ts';
import { readRegistryFile } from './read.ts';
import type { Location, RoleConfig, WrittenModel, WrittenProvider, WrittenRegistry } from './schema.ts';
import { defaultLocation } from './server-place.ts';

export type { RoleConfig, Rule } from './schema.ts';

/** Seconds: to connect, to the first token (loading the model and reading the prompt included), between parts, for the whole reply. */
export type Timeouts = {
  readonly connect_s: number;
  readonly first_token_s: number;
  readonly idle_s: number;
  readonly total_s: number;
};
/** A server or service that answers for models. `base_url` and `script` are as written; `base_url` is null for the service's own address. */
export type RegistryProvider = Readonly<Omit<WrittenProvider, 'location' | 'timeout'>> & {
  readonly name: string;
  readonly location: Location;
  readonly timeout: Timeouts;
};
/** US dollars per million tokens. */
export type Price = {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write: number;
};
export type RegistryModel = Readonly<Omit<WrittenModel, 'price_per_mtok' | 'tier'>> & {
  readonly alias: string;
  readonly location: Location;
  readonly tier: number;
  readonly price: Price;
};
/** A registry whose references hold and whose defaults are filled in. Providers, models and roles keep the order of the file. */
export type Registry = Readonly<Omit<WrittenRegistry, 'providers' | 'models'>> & {
  readonly providers: Readonly<Record<string, RegistryProvider>>;
  readonly models: Readonly<Record<string, RegistryModel>>;
};

/** A local server loads the model before its first token, and sends nothing meanwhile; a cloud service doesn't. */
const PATIENCE: Readonly<Record<Location, Timeouts>> = {
  local: { connect_s: 5, first_token_s: 600, idle_s: 120, total_s: 1800 },
  cloud: { connect_s: 5, first_token_s: 60, idle_s: 60, total_s: 900 },
};
/** Where Ollama listens when nobody says otherwise. */
const OLLAMA_URL = 'http://127.0.0.1:11434';

function timeouts(
  location: Location,
  ...written: readonly Partial<Record<keyof Timeouts, number | undefined>>[]
): Timeouts {
  const own = PATIENCE[location];
  const pick = (key: keyof Timeouts): number => written.find(part => part[key] !== undefined)?.[key] ?? own[key];
  return {
    connect_s: pick('connect_s'),
    first_token_s: pick('first_token_s'),
    idle_s: pick('idle_s'),
    total_s: pick('total_s'),
  };
}

function settledProvider(name: string, written: WrittenProvider, registry: WrittenRegistry): RegistryProvider {
  const location = written.location ?? defaultLocation(written);
  const base_url = written.base_url ?? (written.kind === 'ollama' ? OLLAMA_URL : null);
  const usual = written.kind === 'anthropic' && written.api_key === null ? 'ANTHROPIC_API_KEY' : null;
  const api_key_env = written.api_key_env ?? /^env:(.*)$/.exec(written.api_key ?? '')?.[1] ?? usual;
  const api_key = written.api_key ?? (api_key_env === null ? null : `env:${api_key_env}`);
  const timeout = timeouts(location, written.timeout, registry.defaults.timeout);
  return { ...written, name, location, base_url, api_key, api_key_env, timeout };
}

function settledModel(alias: string, written: WrittenModel, location: Location): RegistryModel {
  const { price_per_mtok: price, tier, ...rest } = written;
  const input = price?.input ?? 0;
  return {
    ...rest,
    alias,
    location,
    tier: tier ?? (location === 'local' ? 1 : 2),
    price: {
      input,
      output: price?.output ?? 0,
      cache_read: price?.cache_read ?? input,
      cache_write: price?.cache_write ?? input,
    },
  };
}

function settled(written: WrittenRegistry): Registry {
  const providers = Object.fromEntries(
    Object.entries(written.providers).map(([name, provider]) => [name, settledProvider(name, provider, written)]),
  );
  const models = Object.fromEntries(
    Object.entries(written.models).map(([alias, model]) => [
      alias,
      settledModel(alias, model, providers[model.provider]?.location ?? 'cloud'),
    ]),
  );
  return { ...written, providers, models };
}

function invalid(file: string, problems: readonly Problem[]): Result<never> {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const message = sorted.map(({ line, text }) => `${file}:${line}: ${text}`).join('\n');
  const hint = `Correct ${sorted.length === 1 ? 'that line' : 'these lines'}; docs/registry.md explains every key.`;
  return fail('registry.invalid', message, hint, { problems: sorted.length, line: sorted[0]?.line ?? 1 });
}

/**
 * Reads a `model_registry.yaml`.
 *
 * Strict: an unknown key, a wrong value, a name that leads nowhere and a key written into the file are refused. The failure
 * (`registry.invalid`) has one line per problem, `FILE:LINE: what is wrong`, sorted by line; never the text of a secret.
 * @param file how messages name the file
 */
export function parseRegistry(text: string, file: string): Result<Registry> {
  const read = readRegistryFile(text);
  return read.ok ? ok(settled(read.value)) : invalid(file, read.error);
}

/** The provider of that name, or null. */
export const findProvider = (registry: Registry, name: string): RegistryProvider | null =>
  Object.hasOwn(registry.providers, name) ? (registry.providers[name] ?? null) : null;

/** The model of that alias, or null. */
export const findModel = (registry: Registry, alias: string): RegistryModel | null =>
  Object.hasOwn(registry.models, alias) ? (registry.models[alias] ?? null) : null;

/** What a role works with: its own entry, with coder's ladder where it has none of its own. */
export function roleConfig(registry: Registry, role: string): RoleConfig & { readonly ladder: readonly string[] } {
  const coder = registry.roles.coder;
  const own = Object.hasOwn(registry.roles, role) ? registry.roles[role] : undefined;
  const base = own ?? coder;
  if (base === undefined) throw new Error('A registry without a coder was accepted.');
  return { ...base, ladder: own?.ladder ?? coder?.ladder ?? [] };
}

/** Tokens that really fit: a server loads no more than `num_ctx`, whatever the model could. */
export const effectiveWindow = (model: Pick<RegistryModel, 'context'>): number =>
  Math.min(model.context.window, model.context.num_ctx ?? model.context.window);
