/** Irregular forms of frequent English words: a stemmer does not know that who went was going. */
const IRREGULAR: readonly (readonly string[])[] =
  `go went gone;buy bought;see saw seen;take took taken;give gave given;get got gotten;make made;find found;meet met;
  write wrote written;run ran;begin began begun;win won;lose lost;teach taught;think thought;bring brought;catch caught;
  feel felt;leave left;tell told;speak spoke spoken;say said;know knew known;grow grew grown;fly flew flown;
  draw drew drawn;drive drove driven;ride rode ridden;eat ate eaten;drink drank drunk;sing sang sung;swim swam swum;
  sit sat;stand stood;hold held;keep kept;sleep slept;spend spent;send sent;build built;sell sold;pay paid;hear heard;
  wear wore worn;break broke broken;choose chose chosen;become became;come came;fall fell fallen;fight fought;
  forget forgot forgotten;hide hid hidden;lead led;mean meant;rise rose risen;shake shook shaken;steal stole stolen;
  throw threw thrown;wake woke woken;understand understood;freeze froze frozen;bind bound;deal dealt;shoot shot;
  child children;person people;man men;woman women;foot feet;tooth teeth;mouse mice;life lives;index indices;
  vertex vertices;matrix matrices;criterion criteria`
    .split(';')
    .map(group => group.trim().split(/\s+/));

const FORMS: ReadonlyMap<string, readonly string[]> = new Map(
  IRREGULAR.flatMap(group => group.map(word => [word, group.filter(other => other !== word)] as const)),
);

/** The base of `going`, `goes`, `buying`, `makes`, where that is in the table. */
function baseOf(word: string): string | null {
  const stems = [
    word.replace(/(.)\1ing$/, '$1'),
    word.replace(/ing$/, ''),
    word.replace(/es$/, ''),
    word.replace(/s$/, ''),
  ];
  for (const stem of stems) {
    if (stem === word) continue;
    for (const base of [stem, `${stem}e`]) if (FORMS.has(base)) return base;
  }
  return null;
}

/** Other forms of the same word that no stemmer brings together. */
export function formsOf(word: string): readonly string[] {
  const known = FORMS.get(word);
  if (known !== undefined) return known;
  const base = baseOf(word);
  return base === null ? [] : (FORMS.get(base) ?? []);
}
