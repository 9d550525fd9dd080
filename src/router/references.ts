import { REFERENCE_FORMS, readReference } from '../core/secret-reference.ts';
import { ROLES } from '../core/task.ts';
import { listed, type Path, slips, suggestion } from './problems.ts';
import type { Rule, WrittenModel, WrittenProvider, WrittenRegistry } from './schema.ts';
import { addressProblem, defaultLocation } from './server-place.ts';

type Found = { readonly path: Path; readonly text: string };

/** A role of one's own is fine; a name that is a slip of a real role's would be ignored without a word, so it is refused. */
function slipOf(role: string): string | null {
  if (ROLES.some(known => known === role)) return null;
  return ROLES.find(known => slips(role, known, 1) === 1) ?? null;
}

function providerProblems(name: string, provider: WrittenProvider): Found[] {
  const at = (key: string): Path => ['providers', name, key];
  const found: Found[] = [];
  const say = (path: Path, text: string): void => void found.push({ path, text: `providers.${name} ${text}` });
  if (provider.kind === 'replay' && provider.script === null) {
    say(['providers', name], 'is of kind replay and needs the key "script": the file with its replies');
  }
  if (provider.kind !== 'replay' && provider.script !== null)
    say(at('script'), 'has a script, which only kind replay plays');
  if (provider.kind === 'openai' && provider.base_url === null) {
    say(['providers', name], 'is of kind openai and needs the key "base_url", for example http://127.0.0.1:8000/v1');
  }
  const problem = provider.base_url === null ? null : addressProblem(provider.base_url);
  if (problem !== null) say(at('base_url'), `base_url ${problem}`);
  if (provider.api_key !== null && provider.api_key_env !== null)
    say(at('api_key_env'), 'says twice where its key is: keep api_key or api_key_env');
  const { proxy } = provider;
  const wrongProxy = proxy === null || readReference(proxy).ok ? null : addressProblem(proxy);
  if (wrongProxy !== null)
    say(at('proxy'), `proxy ${wrongProxy}; an address with a password is kept elsewhere: ${REFERENCE_FORMS}`);
  if (provider.kind === 'anthropic' && provider.base_url === null && provider.location === 'local') {
    say(at('location'), 'is Anthropic’s own service: its location is cloud');
  }
  return found;
}

function modelProblems(alias: string, model: WrittenModel, registry: WrittenRegistry): Found[] {
  const at = (...keys: string[]): Path => ['models', alias, ...keys];
  const names = Object.keys(registry.providers);
  const provider = Object.hasOwn(registry.providers, model.provider) ? registry.providers[model.provider] : undefined;
  if (provider === undefined) {
    const near = suggestion(model.provider, names);
    const known = near === '' ? ` (there ${names.length === 1 ? 'is' : 'are'} ${listed(names)})` : near;
    return [{ path: at('provider'), text: `models.${alias}: there is no provider "${model.provider}"${known}` }];
  }
  const found: Found[] = [];
  const say = (path: Path, text: string): void => void found.push({ path, text: `models.${alias}${text}` });
  const { window, num_ctx, max_output } = model.context;
  const location = provider.location ?? defaultLocation(provider);
  if (num_ctx !== null && num_ctx > window)
    say(at('context', 'num_ctx'), `: num_ctx ${num_ctx} is more than its window ${window}`);
  const fits = Math.min(window, num_ctx ?? window);
  if (max_output >= fits) {
    say(at('context', 'max_output'), `: max_output ${max_output} leaves no room for a prompt in ${fits} tokens`);
  }
  if (location === 'cloud' && model.price_per_mtok === null) {
    say(at(), ' is in the cloud and needs "price_per_mtok": without prices no budget can be kept');
  }
  if (provider.kind === 'ollama' && location === 'local' && /[:-]cloud$/.test(model.id)) {
    say(at('id'), `: ${model.id} runs in Ollama’s cloud; give it a provider of its own with "location: cloud"`);
  }
  return found;
}

function ladderProblems(role: string, ladder: readonly string[], registry: WrittenRegistry): Found[] {
  const models = Object.keys(registry.models);
  return ladder.flatMap((alias, index): Found[] => {
    const path = ['roles', role, 'ladder', index];
    if (!Object.hasOwn(registry.models, alias)) {
      return [{ path, text: `roles.${role}.ladder: there is no model "${alias}"${suggestion(alias, models)}` }];
    }
    if (ladder.indexOf(alias) === index) return [];
    return [{ path, text: `roles.${role}.ladder has "${alias}" twice: a rung is one model` }];
  });
}

function roleProblems(registry: WrittenRegistry): Found[] {
  const found: Found[] = [];
  for (const [role, config] of Object.entries(registry.roles)) {
    const slip = slipOf(role);
    if (slip !== null) found.push({ path: ['roles', role], text: `unknown role "${role}" — did you mean "${slip}"?` });
    found.push(...ladderProblems(role, config.ladder ?? [], registry));
    const other = config.different_model_than;
    if (other !== null && !isRole(other, registry)) {
      found.push({ path: ['roles', role, 'different_model_than'], text: noRole(`roles.${role}`, other, registry) });
    }
  }
  const coder = Object.hasOwn(registry.roles, 'coder') ? registry.roles.coder : undefined;
  if ((coder?.ladder ?? null) === null) {
    found.push({ path: ['roles'], text: 'roles.coder needs a ladder: roles without one use it' });
  }
  return found;
}

const isRole = (name: string, registry: WrittenRegistry): boolean =>
  ROLES.some(known => known === name) || Object.hasOwn(registry.roles, name);
const noRole = (where: string, name: string, registry: WrittenRegistry): string =>
  `${where}: there is no role "${name}"${suggestion(name, [...new Set([...ROLES, ...Object.keys(registry.roles)])])}`;

function ruleProblems(rule: Rule, index: number, registry: WrittenRegistry): Found[] {
  const found: Found[] = [];
  const first = registry.rules.findIndex(other => other.name === rule.name);
  if (first !== index) {
    found.push({ path: ['rules', index, 'name'], text: `rules[${index}]: there are two rules named "${rule.name}"` });
  }
  for (const role of rule.when.role ?? []) {
    if (isRole(role, registry)) continue;
    found.push({ path: ['rules', index, 'when', 'role'], text: noRole(`rule "${rule.name}"`, role, registry) });
  }
  if (rule.then.action === 'next_with' && rule.then.require === undefined) {
    found.push({ path: ['rules', index, 'then'], text: `rule "${rule.name}": next_with needs "require": with what?` });
  }
  return found;
}

/** Words in place of a model: the cheapest that fits, or none at all. */
const SUMMARY_WORDS: readonly string[] = ['auto', 'none'];

function summaryProblems({ summaries, models }: WrittenRegistry): Found[] {
  if (summaries === null || SUMMARY_WORDS.includes(summaries.model) || Object.hasOwn(models, summaries.model))
    return [];
  const near = suggestion(summaries.model, [...SUMMARY_WORDS, ...Object.keys(models)]);
  return [
    {
      path: ['summaries', 'model'],
      text: `summaries.model: there is no model "${summaries.model}"${near} (or: auto, none)`,
    },
  ];
}

/** What no key alone can show: names that lead nowhere, numbers that contradict each other, rungs without a price. */
export function referenceProblems(registry: WrittenRegistry): Found[] {
  const budgets = Object.keys(registry.budgets.provider).filter(name => !Object.hasOwn(registry.providers, name));
  return [
    ...Object.entries(registry.providers).flatMap(([name, provider]) => providerProblems(name, provider)),
    ...Object.entries(registry.models).flatMap(([alias, model]) => modelProblems(alias, model, registry)),
    ...roleProblems(registry),
    ...summaryProblems(registry),
    ...registry.rules.flatMap((rule, index) => ruleProblems(rule, index, registry)),
    ...budgets.map(name => ({
      path: ['budgets', 'provider', name],
      text: `budgets.provider: there is no provider "${name}"${suggestion(name, Object.keys(registry.providers))}`,
    })),
  ];
}
