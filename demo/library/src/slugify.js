/** Turns a title into the part of an address: `Crème brûlée` becomes `creme-brulee`. */
export function slugify(_text, _options) {
  throw new Error('slugify is not written yet');
}
