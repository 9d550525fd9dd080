import type { Message, ModelRequest, Usage } from '../core/model.ts';

const CHARACTERS_PER_TOKEN = 4;

export const messageCharacters = (message: Message): number =>
  message.text.length +
  (message.role === 'assistant' && message.calls.length > 0 ? JSON.stringify(message.calls).length : 0);

/** Characters of everything a request makes a model read. */
export const requestCharacters = (request: ModelRequest): number =>
  request.messages.reduce((sum, message) => sum + messageCharacters(message), 0) +
  (request.tools.length > 0 ? JSON.stringify(request.tools).length : 0);

const tokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

/** A guess at four characters a token, for servers (and scripts) that count nothing. */
export const estimateUsage = (request: ModelRequest, replyCharacters: number): Usage => ({
  in: tokens(requestCharacters(request)),
  out: tokens(replyCharacters),
  cached: 0,
});

/**
 * The fewest tokens the messages can reasonably be: runs of one character count once, then eight characters a token, twice as dense
 * as English. Below this a server has cut the prompt.
 */
export const leastTokens = (request: ModelRequest): number =>
  request.messages.reduce((sum, { text }) => sum + text.replace(/(.)\1{3,}|\s+/g, ' ').length, 0) / 8;

/** For a failure's details: what the discarded reply cost. */
export const usageDetails = (usage: Usage): Readonly<Record<string, number>> => ({
  tokens_in: usage.in,
  tokens_out: usage.out,
  tokens_cached: usage.cached,
});
