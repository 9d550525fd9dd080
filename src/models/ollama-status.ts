import type { ModelResponse, Ollama } from 'ollama';
import type { ServedModel } from '../core/model.ts';
import { at, numberAt, stringAt } from './json.ts';

/** Which models the server has. `/api/tags` alone says neither window nor abilities on older servers. */
export async function servedByOllama(client: Ollama): Promise<readonly ServedModel[]> {
  const { models } = await client.list();
  const served: ServedModel[] = [];
  for (const model of models) served.push(await describe(client, model));
  return served;
}

async function describe(client: Ollama, model: ModelResponse): Promise<ServedModel> {
  const shown: unknown = await client.show({ model: model.name });
  const architecture = stringAt(shown, 'model_info', 'general.architecture');
  const context = numberAt(shown, 'model_info', `${architecture}.context_length`);
  const listed = at(shown, 'capabilities');
  // A model with a remote host runs in Ollama's cloud, not here.
  const remote = stringAt(model, 'remote_host') === null ? [] : ['cloud'];
  return {
    name: model.name,
    size_bytes: model.size,
    ...(context !== null && { context_tokens: context }),
    capabilities: [...(Array.isArray(listed) ? listed.map(String) : []), ...remote],
  };
}
