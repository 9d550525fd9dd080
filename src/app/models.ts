import { resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { RoutingMode } from '../core/event.ts';
import { err, fail, ok, type Result } from '../core/failure.ts';
import type { LanguageModel, ProviderStatus } from '../core/model.ts';
import { howToSet, missingSecret, missingText, referenceText, type SecretReference } from '../core/secret-reference.ts';
import { openProvider, type Provider } from '../models/provider.ts';
import { recording } from '../models/record.ts';
import type { ReplayEntry } from '../models/replay-script.ts';
import type { Availability } from '../router/ladder.ts';
import {
  findModel,
  findProvider,
  type Registry,
  type RegistryModel,
  type RegistryProvider,
} from '../router/registry.ts';
import type { AppCore } from './core.ts';
import { type KnownSecrets, knownSecrets } from './known-secrets.ts';
import { type ProviderKeys, providerKeys } from './provider-keys.ts';
import type { LoadedRegistry } from './registry.ts';

export type Models = {
  readonly registry: Registry;
  readonly keys: ProviderKeys;
  /** `secret.missing` when the provider needs a key that is not there. */
  open(alias: string): Promise<Result<LanguageModel>>;
  /** May this rung be used? Says what is missing and how to mend it. */
  available(alias: string): Availability;
  /** Asks the providers of these models what they serve; cloud ones only when `cloud` is true. */
  probe(aliases: readonly string[], cloud: boolean): Promise<readonly ProviderStatus[]>;
};

export type ModelDeps = {
  readonly env: Env;
  readonly clock: Clock;
  readonly mode: RoutingMode;
  readonly record?: (entry: ReplayEntry) => void;
  /** Takes each key that is looked up. */
  readonly known?: KnownSecrets;
  /** Hears of a key file that others may read. */
  readonly warn?: (text: string) => void;
};

/** Opens providers when they are first used; in offline mode a cloud provider is never constructed. */
export function openModels(loaded: LoadedRegistry, deps: ModelDeps): Models {
  const { registry, folder } = loaded;
  const keys = providerKeys(registry, {
    env: deps.env,
    known: deps.known ?? knownSecrets([]),
    warn: deps.warn ?? (() => undefined),
  });
  const providers = new Map<string, Promise<Result<Provider>>>();
  const problems = new Map<string, Availability>();

  const provider = (name: string): Promise<Result<Provider>> => {
    const known = providers.get(name);
    if (known !== undefined) return known;
    const opened = openNamed(findProvider(registry, name), { name, folder, keys }, deps);
    providers.set(name, opened);
    return opened;
  };
  return {
    registry,
    keys,
    async open(alias) {
      const model = findModel(registry, alias);
      if (model === null)
        return fail('registry.invalid', `The registry has no model ${alias}.`, 'See: llmclis models list');
      const opened = await provider(model.provider);
      if (!opened.ok) return opened;
      const reference = keys.reference(model.provider);
      if (reference !== null && model.location === 'cloud' && keys.isMissing(model.provider))
        return err(missingSecret(reference, model.provider, process.platform));
      const language = namingKey(opened.value.model(modelConfig(model)), reference);
      return ok(deps.record === undefined ? language : recording(language, deps.record));
    },
    available: alias => problems.get(alias) ?? keyFor(registry, alias, keys),
    async probe(aliases, cloud) {
      const asked = aliases
        .flatMap(alias => findModel(registry, alias) ?? [])
        .filter(model => cloud || model.location === 'local');
      const names = [...new Set(asked.map(model => model.provider))];
      const statuses = await Promise.all(names.map(name => statusOf(name, provider)));
      for (const model of asked) {
        const status = statuses.find(({ provider }) => provider === model.provider);
        const problem = status === undefined ? null : problemOf(model, status, registry);
        if (problem !== null) problems.set(model.alias, problem);
      }
      return statuses;
    },
  };
}
type Env = AppCore['env'];

/** A refused key is mended where it is kept: only we know where that is. */
const namingKey = (model: LanguageModel, reference: SecretReference | null): LanguageModel => ({
  id: model.id,
  async *reply(request, signal) {
    const reply = yield* model.reply(request, signal);
    if (reply.ok || reference === null || reply.error.code !== 'provider.auth') return reply;
    const place = reference.kind === 'env' ? reference.name : referenceText(reference);
    return err({ ...reply.error, hint: `Check the key in ${place}.` });
  },
});

async function openNamed(
  found: RegistryProvider | null,
  { name, folder, keys }: { readonly name: string; readonly folder: string; readonly keys: ProviderKeys },
  { clock, mode }: ModelDeps,
): Promise<Result<Provider>> {
  if (found === null)
    return fail('registry.invalid', `The registry has no provider ${name}.`, 'Add it under providers:');
  if (mode === 'offline' && found.location === 'cloud')
    return fail(
      'provider.unreachable',
      `${name} is a cloud provider and the mode is offline.`,
      'Use --mode local-first',
    );
  const key = await keys.resolve(name);
  if (!key.ok) return key;
  const proxy = await keys.proxy(name);
  if (!proxy.ok) return proxy;
  return ok(
    await openProvider(
      {
        name,
        kind: found.kind,
        location: found.location,
        api_key: key.value,
        timeouts: found.timeout,
        ...(proxy.value !== null && { proxy: proxy.value }),
        ...(found.base_url != null && { base_url: found.base_url }),
        ...(found.script != null && { script: resolve(folder, found.script) }),
        ...(found.pace_ms != null && { pace_ms: found.pace_ms }),
      },
      clock,
    ),
  );
}

const modelConfig = ({ alias, id, context, capabilities, think }: RegistryModel) => ({
  alias,
  id,
  context,
  capabilities,
  ...(think != null && { think }),
});

function keyFor(registry: Registry, alias: string, keys: ProviderKeys): Availability {
  const provider = findModel(registry, alias)?.provider;
  const reference = provider === undefined ? null : keys.reference(provider);
  if (provider === undefined || reference === null || !keys.isMissing(provider)) return { ok: true };
  return { ok: false, because: missingText(reference), hint: howToSet(reference, process.platform) };
}

async function statusOf(name: string, provider: (name: string) => Promise<Result<Provider>>): Promise<ProviderStatus> {
  const opened = await provider(name);
  if (opened.ok) return opened.value.status();
  const { message, hint } = opened.error;
  return { provider: name, base_url: '', reachable: false, problem: { message, hint }, models: [] };
}

function problemOf(model: RegistryModel, status: ProviderStatus, registry: Registry): Availability | null {
  const { problem } = status;
  if (!status.reachable) {
    const because = `${status.provider} at ${status.base_url} does not answer${problem === undefined ? '' : ` (${problem.message})`}`;
    return {
      ok: false,
      because,
      down: model.location === 'local',
      ...(problem !== undefined && { hint: problem.hint }),
    };
  }
  const provider = findProvider(registry, model.provider);
  if (provider?.kind !== 'ollama') return null;
  const served = status.models.some(({ name }) => name === model.id || name === `${model.id}:latest`);
  const because = `${status.provider} at ${status.base_url} does not have ${model.id}`;
  return served ? null : { ok: false, because, hint: `ollama pull ${model.id}`, down: true };
}
