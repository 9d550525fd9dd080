/** Reads a duration such as `1h 30m` or `250ms` as milliseconds. */
export function parseDuration(_text) {
  throw new Error('parseDuration is not written yet');
}
