import { extract } from '../core/extract.ts';
import type { Message } from '../core/model.ts';
import { estimateTokens } from './prompt.ts';
import { changedFile } from './repetition.ts';

/** Share of the model's window above which old results are left out, and down to which. */
const FULL = 0.6;
const ROOM = 0.4;
/** The newest results are always kept, and so are short ones. */
const KEPT_RESULTS = 6;
const SHORT = 400;
/** Compactions without a changed file between them after which more would only go in circles. */
export const MOST_WITHOUT_PROGRESS = 2;

/** One compaction as the journal keeps it: results before message `upto` are left out; the conversation had `messages` messages. */
export type Compaction = { readonly upto: number; readonly messages: number };
export type Compacted = Compaction & { readonly from_tokens: number; readonly to_tokens: number };

const isOld = (message: Message, place: number, upto: number): boolean =>
  message.role === 'tool' && place < upto && message.text.length > SHORT;

/** Tokens of an old result that stay: a small part of it, so that leaving out always makes room. */
const KEPT_SHARE = 1 / 6;
const MOST_KEPT = 120;
const CHARS_PER_TOKEN = 4;

/** What mattered in an old result stays: names, files, numbers, what failed. */
function shortened(text: string): string {
  const kept = extract(text, Math.min(MOST_KEPT, (text.length * KEPT_SHARE) / CHARS_PER_TOKEN));
  const told = kept === '' ? '' : ` What mattered in it:\n${kept}`;
  return `[${text.length} characters of an old result left out; call the tool again if you need it]${told}`;
}

/** The conversation as the model reads it: of long results before message `upto` only what mattered is left. */
export const leaveOut = (messages: readonly Message[], upto: number): readonly Message[] =>
  messages.map((message, place) =>
    isOld(message, place, upto) ? { ...message, text: shortened(message.text) } : message,
  );

/**
 * What to leave out before the next call, oldest results first; null when the conversation fits as it stands (estimated tokens against
 * `window`, in tokens) or when there is nothing more to leave out.
 */
export function compact(messages: readonly Message[], before: readonly Compaction[], window: number): Compacted | null {
  const upto = before.at(-1)?.upto ?? 0;
  const now = leaveOut(messages, upto);
  const tokens = estimateTokens(now);
  if (tokens <= window * FULL) return null;
  const results = messages.flatMap((message, place) => (isOld(message, place, messages.length) ? [place] : []));
  const places = results.slice(0, -KEPT_RESULTS).filter(place => place >= upto);
  let next = upto;
  let read = now;
  for (const place of places) {
    if (estimateTokens(read) <= window * ROOM) break;
    next = place + 1;
    read = read.map((message, at) => (at === place ? { ...message, text: shortened(message.text) } : message));
  }
  const to_tokens = estimateTokens(read);
  return next === upto ? null : { upto: next, messages: messages.length, from_tokens: tokens, to_tokens };
}

/** Compactions since the last file was changed. */
export function withoutProgress(messages: readonly Message[], done: readonly Compaction[]): number {
  const change = messages.findLastIndex(message => message.role === 'tool' && changedFile(message));
  return done.filter(compaction => compaction.messages > change).length;
}
