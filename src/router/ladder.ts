import type { RoutingMode } from '../core/event.ts';
import { usualHint } from './no-model.ts';
import { effectiveWindow, findModel, type Registry, type RegistryModel, roleConfig } from './registry.ts';
import type { Ability, Location } from './schema.ts';

/** Tags that keep a task's text on this machine, whatever the rules say. */
const PRIVATE_TAGS: readonly string[] = ['private', 'secret'];

export type Availability =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** For example `ANTHROPIC_API_KEY is not set`. */
      readonly because: string;
      /** The command or setting that mends it. */
      readonly hint?: string;
      /** A local server that does not answer: with `on_local_down: stop` no cloud rung is used in its place. */
      readonly down?: boolean;
    };
/** What a decision sees of the world. `available` is asked about no cloud model in offline mode or for private work. */
export type RouteContext = {
  readonly mode: RoutingMode;
  readonly available: (alias: string) => Availability;
  /** `YYYY-MM-DD`: models whose `deprecated` date has come are passed over. Left out, none is. */
  readonly today?: string;
};
export type LadderContext = RouteContext & { readonly privateTask: boolean; readonly tags: readonly string[] };

/** One step of a role's ladder; `position` counts from 0 in the order of this mode, passed-over rungs included. */
export type Rung = { readonly model: string; readonly location: Location; readonly position: number };
type Objection = { readonly because: string; readonly hint?: string; readonly down?: boolean };
export type PassedOver = Objection & { readonly model: string };
/** A reason to pass a rung over, or null. */
export type Sieve = (model: RegistryModel, rung: Rung) => string | Objection | null;

/** All rungs of a role in the order of the mode: cloud-first moves the cloud rungs to the front and keeps the order inside. */
export function orderedLadder(registry: Registry, role: string, mode: RoutingMode): readonly Rung[] {
  const models = roleConfig(registry, role).ladder.flatMap(alias => findModel(registry, alias) ?? []);
  const inPlace = (location: Location) => models.filter(model => model.location === location);
  const order = mode === 'cloud-first' ? [...inPlace('cloud'), ...inPlace('local')] : models;
  return order.map((model, position) => ({ model: model.alias, location: model.location, position }));
}

/** Drops the rungs that a sieve has something against; the first sieve that speaks is the reason. */
export function sift(registry: Registry, rungs: readonly Rung[], sieves: readonly Sieve[]) {
  const kept: Rung[] = [];
  const passed_over: PassedOver[] = [];
  for (const rung of rungs) {
    const model = findModel(registry, rung.model);
    if (model === null) continue;
    const objection = firstObjection(model, rung, sieves);
    if (objection === null) kept.push(rung);
    else
      passed_over.push({ ...(typeof objection === 'string' ? { because: objection } : objection), model: rung.model });
  }
  return { rungs: kept as readonly Rung[], passed_over: passed_over as readonly PassedOver[] };
}

function firstObjection(model: RegistryModel, rung: Rung, sieves: readonly Sieve[]) {
  for (const sieve of sieves) {
    const objection = sieve(model, rung);
    if (objection !== null) return objection;
  }
  return null;
}

export const isPrivateWork = (privateTask: boolean, tags: readonly string[]): boolean =>
  privateTask || tags.some(tag => PRIVATE_TAGS.includes(tag));

const LOCAL_HINT = 'Give the role a local model in model_registry.yaml.';

/** The two walls that no rule moves: offline, and private work. */
export const wallSieve =
  (mode: RoutingMode, isPrivate: boolean): Sieve =>
  model => {
    if (model.location === 'local') return null;
    if (mode === 'offline') return { because: 'offline: no byte leaves this machine', hint: LOCAL_HINT };
    return isPrivate ? { because: 'private work stays local', hint: LOCAL_HINT } : null;
  };

const LACKS: Readonly<Record<Ability, string>> = {
  tools: 'cannot use tools',
  json: 'cannot answer in JSON',
  vision: 'cannot see images',
  thinking: 'cannot think before it answers',
};
export const abilitySieve =
  (needs: readonly Ability[]): Sieve =>
  model => {
    const lacking = needs.find(ability => !model.capabilities[ability]);
    return lacking === undefined ? null : LACKS[lacking];
  };

export const sizeSieve =
  (tokens: number): Sieve =>
  model => {
    const window = effectiveWindow(model);
    return tokens > window ? `needs about ${Math.ceil(tokens)} tokens, it reads ${window}` : null;
  };

/** Key, server and age: what may change from run to run. */
export const readySieve =
  (registry: Registry, context: RouteContext): Sieve =>
  model => {
    const { deprecated } = model;
    if (deprecated !== null && context.today !== undefined && context.today >= deprecated) {
      return { because: `deprecated since ${deprecated}`, hint: `Replace ${model.alias} in model_registry.yaml.` };
    }
    const answer = context.available(model.alias);
    return answer.ok ? null : { hint: usualHint(registry, model), ...answer };
  };

/** The rungs of a role that can be used now, cheapest (or, cloud-first, strongest) first, and why the others can't. */
export function ladderFor(registry: Registry, role: string, context: LadderContext) {
  const isPrivate = isPrivateWork(context.privateTask, context.tags);
  return sift(registry, orderedLadder(registry, role, context.mode), [
    wallSieve(context.mode, isPrivate),
    abilitySieve(roleConfig(registry, role).needs),
    readySieve(registry, context),
  ]);
}
