import { findModel, findProvider, type Registry, type RegistryModel } from './registry.ts';

type PassedOver = { readonly model: string; readonly because: string; readonly hint?: string };

function where(registry: Registry, model: RegistryModel): string {
  const provider = findProvider(registry, model.provider);
  return provider?.base_url ?? provider?.script ?? model.provider;
}

/** What usually mends a provider that cannot be used: its server, its model or its key. */
export function usualHint(registry: Registry, model: RegistryModel): string {
  const provider = findProvider(registry, model.provider);
  if (provider?.kind === 'ollama')
    return `Start Ollama with "ollama serve" and fetch the model with "ollama pull ${model.id}".`;
  const key = provider?.api_key_env ?? null;
  if (key !== null && model.location === 'cloud') return `Set ${key} to your key for ${model.provider}.`;
  const kept = provider?.api_key ?? null;
  if (kept !== null && model.location === 'cloud') return `Put your key for ${model.provider} into ${kept}.`;
  return `Start the server of ${model.provider} (${where(registry, model)}).`;
}

const EXPLAIN = '"llmclis models list" shows what each provider answers.';

/** What was looked for, where, why it cannot be used, and what mends it. */
export function noModel(
  registry: Registry,
  role: string,
  passed: readonly PassedOver[],
): { readonly because: string; readonly hint: string } {
  const looked = passed.map(({ model: alias, because }) => {
    const model = findModel(registry, alias);
    return model === null ? `${alias}: ${because}` : `${alias} (${model.id} at ${where(registry, model)}): ${because}`;
  });
  // Local rungs first: they are what is missing when the ladder is about to cost money.
  const isLocal = ({ model }: PassedOver): boolean => findModel(registry, model)?.location === 'local';
  const hint = [...passed.filter(isLocal), ...passed].find(one => one.hint !== undefined)?.hint;
  return {
    because: `No model can be used for ${role}; looked for ${looked.join('; ')}.`,
    hint: `${hint ?? 'Change the role’s ladder or needs in model_registry.yaml.'} ${EXPLAIN}`,
  };
}
