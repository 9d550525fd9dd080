import type { Clock } from '../core/clock.ts';
import { openAnthropic } from './anthropic.ts';
import { openOllama } from './ollama.ts';
import { openOpenai } from './openai.ts';
import { openReplay } from './replay.ts';
import type { Provider, ProviderConfig, ProviderFactory, ProviderKind } from './types.ts';

export type {
  ModelConfig,
  Provider,
  ProviderConfig,
  ProviderFactory,
  ProviderKind,
  Thinking,
  Timeouts,
} from './types.ts';

/** Every kind of provider. Their libraries are loaded when one is opened, not before. */
export const providers = {
  ollama: openOllama,
  anthropic: openAnthropic,
  openai: openOpenai,
  replay: openReplay,
} satisfies Record<ProviderKind, ProviderFactory>;

/** Opens a provider of the configured kind. Sends nothing. */
export const openProvider = (config: ProviderConfig, clock: Clock): Promise<Provider> =>
  providers[config.kind](config, clock);
