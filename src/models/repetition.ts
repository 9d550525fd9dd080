const REPEATS = 10;
/** Beyond this many characters a repetition is no table, rule or list of zeros in a program any more. */
const LEAST = 1_500;
const LONGEST_PERIOD = 1_000;
const PROBE = 50;
const CHECK_EVERY = 256;

/**
 * Watches a stream for a model that has got stuck: one piece of text, up to 1,000 characters long, ten times or more in a
 * row at the end, over 1,500 characters or more. The returned function takes the next text and says whether it is stuck.
 */
export function repetitionWatch(): (text: string) => boolean {
  let tail = '';
  let unchecked = 0;
  return text => {
    tail = (tail + text).slice(-(LONGEST_PERIOD * REPEATS + PROBE));
    unchecked += text.length;
    if (unchecked < CHECK_EVERY) return false;
    unchecked = 0;
    return repeatsAtEnd(tail);
  };
}

/** True when `text` ends in such a repetition. */
export function repeatsAtEnd(text: string): boolean {
  if (text.length < LEAST) return false;
  const probe = text.slice(-PROBE);
  const last = text.length - PROBE;
  for (let found = text.lastIndexOf(probe, last - 1); found >= 0; found = text.lastIndexOf(probe, found - 1)) {
    const period = last - found;
    if (period > LONGEST_PERIOD) return false;
    const length = Math.max(period * REPEATS, LEAST);
    if (length <= text.length && text.slice(-length + period) === text.slice(-length, -period)) return true;
    if (found === 0) return false;
  }
  return false;
}
