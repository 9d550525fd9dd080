import { formsOf } from './forms.ts';

/** The English stop words of the Snowball project: too frequent to tell texts apart. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its
  itself they them their theirs themselves what which who whom this that these those am is are was were be been being have
  has had having do does did doing would should could ought a an the and but if or because as until while of at by for with
  about against between into through during before after above below to from up down in out on off over under again further
  then once here there when where why how all any both each few more most other some such no nor not only own same so than
  too very can will just don s t m re ve ll d isn aren wasn weren hasn haven hadn doesn didn won wouldn shan shouldn couldn
  mustn let`.split(/\s+/),
);

/** Words of one query; more would only cost time. */
const MOST_WORDS = 64;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;

/** One character, which begins a pair or ends a run. */
const ONE_CJK = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u;

/** SQLite's tokenizer takes a whole run of Chinese, Japanese or Korean for one word: pairs of characters can be found. */
export const inPairs = (text: string): string =>
  text.replace(CJK, run => {
    const characters = Array.from(run);
    if (characters.length < 3) return ` ${run} `;
    return ` ${characters
      .slice(1)
      .map((character, index) => `${characters[index]}${character}`)
      .join(' ')} `;
  });

/** The words of a text in lower case, in order. */
export const wordsIn = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}\p{M}_]+/gu) ?? [];

/** Names of one query that are looked for whole. */
const MOST_NAMES = 8;

/** Names of several parts, `S2.1`, `src/slug.js`, `10.0.0.1`, `stage-3`: their parts alone stand in many others. */
export const joinedNames = (text: string): readonly string[] => {
  const names = text.toLowerCase().match(/[\p{L}\p{N}_]+(?:[./:-][\p{L}\p{N}_]+)+/gu) ?? [];
  return [...new Set(names)].filter(name => name.length > 2 && /[\d./:]/.test(name)).slice(0, MOST_NAMES);
};

/** The words worth looking for, each once; all of them when there are only stop words. */
export function queryWords(text: string): readonly string[] {
  const words = [...new Set(wordsIn(inPairs(text)))];
  const telling = words.filter(word => !STOP_WORDS.has(word));
  return (telling.length > 0 ? telling : words).slice(0, MOST_WORDS);
}

/**
 * A full-text query for a word in any of its forms. Each is a quoted text of letters and digits, so nothing that people or
 * models write can be read as query syntax.
 */
export const anyForm = (word: string): string =>
  ONE_CJK.test(word) ? `"${word}"*` : [word, ...formsOf(word)].map(form => `"${form}"`).join(' OR ');

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** What an index knows of an entry. */
export type Indexed = {
  readonly id: number;
  readonly project_id: number;
  readonly created_at: string;
  readonly agent: string;
  readonly type: string;
  readonly task_key: string | null;
  readonly text: string;
};

/** What the index holds of an entry: when, who, what kind and which task in front of its text, since people ask by these. */
export function indexText(entry: Omit<Indexed, 'id' | 'project_id'>): string {
  const { created_at, agent, type, task_key, text } = entry;
  const [year = '', month = '', day = ''] = created_at.slice(0, 10).split('-');
  const date = `${year}-${month}-${day} ${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
  const whole = `${date} ${agent} ${type.replaceAll('_', ' ')} ${task_key ?? ''}: ${text}`;
  // No pair begins with the last character of a run.
  return inPairs(whole.replace(CJK, run => `${run} ${Array.from(run).at(-1)}`));
}
