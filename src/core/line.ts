/** `$0`, `$0.0123` below one dollar, `$12.30` above. */
export const money = (usd: number): string => (usd === 0 ? '$0' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`);

/** `12,345`: thousands apart, whole. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 try`, `2 tries`. */
export const plural = (value: number, one: string, many: string): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/**
 * One line that a terminal can show as it is: escape sequences and control characters are gone (texts of models and commands
 * may hold some), white space is single, at most `limit` characters.
 */
export function oneLine(text: string, limit = 160): string {
  const flat = text
    .slice(0, limit * 8)
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b\[[0-?]*[ -/]*[@-~]?|\u001b./g, '')
    .replace(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  const characters = Array.from(flat);
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join('')}…`;
}

/** The first sentence of a longer text, as one line. */
export const firstSentence = (text: string): string => {
  const flat = oneLine(text, 400);
  return oneLine(/^.{12,}?[.!?](?= [A-Z\d`"])/u.exec(flat)?.[0] ?? flat, 140);
};
