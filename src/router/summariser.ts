import { isPrivateWork, type LadderContext, type Rung, readySieve, sift, wallSieve } from './ladder.ts';
import { effectiveWindow, findModel, type Registry, type RegistryModel } from './registry.ts';
import type { Location } from './schema.ts';

/** Tokens that a summary's own words and instructions take beside its source. */
const PROMPT_TOKENS = 700;

export type Summariser =
  | { readonly kind: 'use'; readonly model: string; readonly location: Location; readonly because: string }
  | { readonly kind: 'none'; readonly because: string };

/**
 * The model that writes a summary: the one that `summaries.model` names, or with `auto` the cheapest of the ladders' models that reads
 * `tokens`, local before cloud, and a cloud model only with `cloud: true`. Offline and private work stay local as everywhere.
 */
export function summariserFor(registry: Registry, context: LadderContext, tokens: number): Summariser {
  const { summaries } = registry;
  if (summaries === null || summaries.model === 'none')
    return { kind: 'none', because: 'The registry names no model for summaries.' };
  const isAuto = summaries.model === 'auto';
  const named = findModel(registry, summaries.model);
  const wanted = isAuto ? cheapestFirst(registry) : named === null ? [] : [named];
  const rungs = wanted.map(({ alias, location }, position): Rung => ({ model: alias, location, position }));
  const sifted = sift(registry, rungs, [
    wallSieve(context.mode, isPrivateWork(context.privateTask, context.tags)),
    model =>
      isAuto && model.location === 'cloud' && !summaries.cloud
        ? 'a cloud model writes summaries only with cloud: true'
        : null,
    model => {
      const needs = tokens + summaries.max_tokens * 2 + PROMPT_TOKENS;
      return needs > effectiveWindow(model) ? `needs about ${needs} tokens, it reads ${effectiveWindow(model)}` : null;
    },
    readySieve(registry, context),
  ]);
  const [rung] = sifted.rungs;
  if (rung !== undefined) {
    const because = isAuto ? 'the cheapest model that can write summaries' : 'summaries.model names it';
    return { kind: 'use', model: rung.model, location: rung.location, because };
  }
  const why = sifted.passed_over.map(({ model, because }) => `${model}: ${because}`).join('; ');
  return { kind: 'none', because: `No model can write summaries${why === '' ? '' : ` (${why})`}.` };
}

function cheapestFirst(registry: Registry): readonly RegistryModel[] {
  const aliases = new Set(Object.values(registry.roles).flatMap(({ ladder }) => ladder ?? []));
  const cost = ({ price }: RegistryModel): number => price.input * 3 + price.output;
  return [...aliases]
    .flatMap(alias => findModel(registry, alias) ?? [])
    .toSorted(
      (a, b) => Number(a.location === 'cloud') - Number(b.location === 'cloud') || cost(a) - cost(b) || a.tier - b.tier,
    );
}
