import { ok, type Result } from '../../core/failure.ts';

/** A stretch of a text, from `start` up to and without `end`, in UTF-16 units. */
export type Span = { readonly start: number; readonly end: number };

export type PieceLimits = {
  /** Tokens of a piece with what stands in front of it. */
  readonly max_tokens: number;
  /** Tokens of a text as the model sees it: with all that is put in front, and the model's own marks. */
  readonly count: (text: string) => Promise<Result<number>>;
};

/** No piece has more characters for each token: a run without a space may be one token, and say nothing. */
const CHARACTERS_PER_TOKEN = 8;
/** Share of a piece that the next one repeats, so that what stands at a border is whole in one of them. */
const OVERLAP = 0.1;
/** A cut is looked for in the last part of what fits, the best kind of border first. */
const SEARCHED = 0.5;
const BORDERS = [/\n\s*\n/g, /[.!?。！？]+["')\]]*\s+|\n|[。！？]/g, /\s+/g] as const;

/**
 * Cuts a text into pieces that a model takes whole: at paragraphs, else sentences, else words, else between characters.
 * Together the pieces hold every character.
 */
export async function cutIntoPieces(text: string, limits: PieceLimits): Promise<Result<readonly Span[]>> {
  const spans: Span[] = [];
  let start = 0;
  for (;;) {
    const fits = await longestFit(text, start, limits);
    if (!fits.ok) return fits;
    const end = fits.value === text.length ? text.length : borderBefore(text, start, fits.value);
    spans.push({ start, end });
    if (end >= text.length) return ok(spans);
    start = startOfNext(text, start, end);
  }
}

/** The end of the longest stretch from `start` that fits; at least one character. */
async function longestFit(text: string, start: number, { max_tokens, count }: PieceLimits): Promise<Result<number>> {
  const most = wholeCharacter(text, Math.min(text.length, start + max_tokens * CHARACTERS_PER_TOKEN));
  const first = await count(text.slice(start, most));
  if (!first.ok) return first;
  if (first.value <= max_tokens) return ok(most);
  let fitting = start;
  let tooLong = most;
  // The share of it that should fit is a good first try.
  let tried = start + Math.floor(((most - start) * max_tokens * 0.9) / first.value);
  while (tooLong - fitting > 1) {
    const middle = wholeCharacter(text, Math.min(Math.max(tried, fitting + 1), tooLong - 1));
    if (middle <= fitting || middle >= tooLong) break;
    const tokens = await count(text.slice(start, middle));
    if (!tokens.ok) return tokens;
    if (tokens.value <= max_tokens) fitting = middle;
    else tooLong = middle;
    // Near enough: a border is looked for anyway.
    if (tokens.value <= max_tokens && tokens.value >= max_tokens * 0.95) break;
    tried = Math.floor((fitting + tooLong) / 2);
  }
  return ok(fitting > start ? fitting : nextCharacter(text, start));
}

const isInside = (text: string, place: number): boolean => {
  const code = text.charCodeAt(place);
  return place > 0 && place < text.length && code >= 0xdc00 && code <= 0xdfff;
};
/** A place that does not part a character of two units. */
const wholeCharacter = (text: string, place: number): number => (isInside(text, place) ? place - 1 : place);
const nextCharacter = (text: string, place: number): number => (isInside(text, place + 1) ? place + 2 : place + 1);

function borderBefore(text: string, start: number, end: number): number {
  const from = start + Math.floor((end - start) * SEARCHED);
  const searched = text.slice(from, end);
  for (const border of BORDERS) {
    const last = [...searched.matchAll(border)].at(-1);
    if (last !== undefined) return from + last.index + last[0].length;
  }
  return end;
}

/** A little before the end of the last piece, at the start of a word; always further than the last start. */
function startOfNext(text: string, start: number, end: number): number {
  const back = end - Math.floor((end - start) * OVERLAP);
  const word = /\s\S/.exec(text.slice(back, end));
  const next = word === null ? end : back + word.index + 1;
  return Math.max(next, nextCharacter(text, start));
}
