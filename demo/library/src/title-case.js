/** Writes a title with capital letters. */
export function titleCase(_text) {
  throw new Error('titleCase is not written yet');
}
