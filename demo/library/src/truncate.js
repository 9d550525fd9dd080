/** Cuts a text to at most `length` characters; a cut text ends in `…`. */
export function truncate(text, length) {
  if (!Number.isInteger(length) || length < 1) throw new RangeError(`length must be a positive integer, not ${length}`);
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
