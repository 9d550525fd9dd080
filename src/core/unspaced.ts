const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2,}/gu;

/** A text apart: what is written with spaces between words, and pairs of neighbouring signs where none are. */
export function splitUnspaced(text: string): { readonly spaced: string; readonly pairs: readonly string[] } {
  const pairs = (text.match(UNSPACED) ?? []).flatMap(run => {
    const signs = [...run];
    return signs.slice(1).map((sign, at) => `${signs[at]}${sign}`);
  });
  return { spaced: text.replace(UNSPACED, ' '), pairs };
}
