import type { RoutingMode } from '../core/event.ts';
import { err, fail, ok, type Result } from '../core/failure.ts';
import { missingSecret, referenceText } from '../core/secret-reference.ts';
import type { RoleName } from '../core/task.ts';
import { findModel } from '../router/registry.ts';
import { type RouteDecision, route } from '../router/route.ts';
import type { Models } from './models.ts';
import { registryModels, routeContext } from './ports.ts';
import type { Person } from './types.ts';

export type Preflight = {
  readonly models: Models;
  readonly mode: RoutingMode;
  readonly now: Date;
  /** The registry's file, for messages. */
  readonly file: string;
  readonly roles: readonly RoleName[];
  /** Who may be asked for a key. */
  readonly person: Person | undefined;
};

/**
 * Asks the local servers whether they are up and have their models; no run is begun when a role that open tasks need has none. A key
 * is looked up, and a person asked for it, only where the run cannot begin without it.
 */
export async function preflight({ models, mode, now, file, roles, person }: Preflight): Promise<Result<void>> {
  await models.probe(registryModels(models.registry), false);
  const decide = (role: RoleName): RouteDecision => {
    const job = { role, tags: [], priority: 2, private: false, est_tokens: 0, attempts: [], failure: null } as const;
    return route(job, models.registry, routeContext(models, mode, now));
  };
  for (const role of roles) {
    const lacking = await keyLacking(models, decide(role));
    if (!lacking.ok) return lacking;
    if (lacking.value !== null) {
      const given = await askKey(models, lacking.value, person);
      if (!given.ok) return given;
    }
    const decision = decide(role);
    if (decision.kind === 'use') continue;
    const hint = decision.kind === 'none' ? decision.hint : 'See: llmclis models list';
    return fail('model.none_available', `No model can be used for the ${role} (${file}): ${decision.because}`, hint);
  }
  return ok(undefined);
}

/** The provider whose key is all that is missing, or null. Of local rungs nothing is looked up. */
async function keyLacking({ registry, keys }: Models, decision: RouteDecision): Promise<Result<string | null>> {
  if (decision.kind === 'use') {
    const model = findModel(registry, decision.model);
    if (model === null || model.location === 'local' || keys.reference(model.provider) === null) return ok(null);
    const key = await keys.resolve(model.provider);
    return key.ok ? ok(key.value === null ? model.provider : null) : key;
  }
  if (decision.kind === 'exhausted') return ok(null);
  const passed = decision.passed_over.flatMap(({ model }) => findModel(registry, model) ?? []);
  if (passed.some(({ location }) => location === 'local')) return ok(null);
  return ok(passed.find(({ provider }) => keys.isMissing(provider))?.provider ?? null);
}

async function askKey({ keys }: Models, provider: string, person: Person | undefined): Promise<Result<void>> {
  const reference = keys.reference(provider);
  if (reference === null) return ok(undefined);
  const missing = err(missingSecret(reference, provider, process.platform));
  if (person?.secret === undefined) return missing;
  const where = `${provider} needs a key, and ${referenceText(reference)} has none.`;
  const typed = await person.secret(
    `${where} Paste it here for this run; it is not shown and not stored. Enter alone: go without.`,
  );
  if (!typed.ok) return typed;
  if (typed.value === '') return missing;
  keys.give(provider, typed.value);
  return ok(undefined);
}
