import { factsOf } from '../core/facts.ts';
import { splitUnspaced } from '../core/unspaced.ts';
import type { MemoryHit, MemoryType } from '../memory/memory.ts';

/** Words that say nothing about what a task is about. */
const GENERAL = new Set(
  `about above after again all also and any are back been before being below both but can cannot could did does doing done down each
  else ever every few for from further get give given gives goes had has have having here how into its itself just keep last least less
  let like made make makes many may might more most must new none nor not nothing now off once one only other our out over own part
  same say says see should show since some still such take takes than that the their them then there these they this those through
  too two under until upon use used uses using very via was way were what when where which while who whole why will with within
  without work works would yet you your add added adds argument array base boolean call called calls case change check checks class
  code command commit create data default description directory empty end error exit expected export exports fail failed failing fails
  false file files first fix fixed folder function functions good hand index input item items key kind line lines list message method model
  module name names null number object output param pass passed passes path project read reads result return returned returns right
  run runs second set sets source src start status step string summary task tasks test tests text throw throws tree tries tried true
  between character characters digit digits err err_assertion assertion duration_ms strictly equal longer letter letters stay stays
  whole word words turn turned type types undefined user valid value values work write writes written wrong actual assertionerror assert coder tester
  manager writer researcher agent agents person`.split(/\s+/),
);
const WORD = /[\p{L}_][\p{L}\p{N}_]{2,}/gu;

/** The words of a text that can say what it is about: without the ends of grammar, names also in their parts; pairs of signs where no spaces are. */
export function contentWords(text: string): ReadonlySet<string> {
  const { spaced, pairs } = splitUnspaced(text);
  const parts = spaced.replace(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
  const words = `${spaced} ${parts}`.toLowerCase().match(WORD) ?? [];
  return new Set([
    ...words
      .filter(word => !GENERAL.has(word))
      .map(stem)
      .filter(word => !GENERAL.has(word)),
    ...pairs,
  ]);
}

const stem = (word: string): string => {
  const short = word.replace(/(?:ings?|ed|es|s)$/, '');
  return short.length < 3 ? word : short;
};

/** Files that nearly every task of a project changes: to share one of them says nothing. */
const HUB =
  /(?:^|\/)(?:index|main|mod|lib|app|init|__init__|package|package-lock|tsconfig|pyproject|cargo|readme|changelog)\.\w+$/i;

/** Three letters may stand for anything. */
const isTelling = (name: string): boolean => name.length > 3 && !GENERAL.has(name.toLowerCase()) && !HUB.test(name);

/** As a name of its own, not as a part of another. */
function isSaid(name: string, text: string): boolean {
  const at = text.indexOf(name);
  return at >= 0 && !/\w/.test(`${text[at - 1] ?? ''}${text[at + name.length] ?? ''}`);
}

/** What is said in more than a third of the project's tasks tells none of them from the others. */
const COMMON_SHARE = 0.34;

/** Single statements: one rare word in common is enough, where a story of many words needs two. */
const STATEMENTS: readonly MemoryType[] = ['decision', 'fact', 'design_doc', 'code_snippet', 'note'];

export type Subject = { readonly names: readonly string[]; readonly words: readonly string[] };

/** What a query is about: its names and words that few of the project's tasks have. */
export function subjectOf(query: string, tasks: readonly string[]): Subject {
  const all = tasks.map(contentWords);
  const most = Math.max(2, Math.floor(tasks.length * COMMON_SHARE));
  const isRare = (has: (place: number) => boolean): boolean => all.filter((_, place) => has(place)).length <= most;
  const { paths, identifiers } = factsOf(query);
  return {
    names: [...paths, ...identifiers].filter(
      name => isTelling(name) && isRare(place => tasks[place]?.includes(name) ?? false),
    ),
    words: [...contentWords(query)].filter(word => isRare(place => all[place]?.has(word) ?? false)),
  };
}

/**
 * Does a found entry have to do with the subject? A search that joins words by OR finds something for every query; a brief is better
 * without it. One name in common is enough, or rare words, of which a hit that is near by its vector needs fewer.
 */
export function applies(
  { names, words }: Subject,
  { text, type, parts }: Pick<MemoryHit, 'text' | 'type' | 'parts'>,
): boolean {
  if (names.some(name => isSaid(name, text))) return true;
  const there = contentWords(text);
  const shared = words.filter(word => there.has(word)).length;
  const isNear = (parts.vector ?? 0) >= NEAR;
  return shared >= (STATEMENTS.includes(type) || words.length < 3 || isNear ? 1 : 2);
}
/** What vectors add to one of their best: they rank, and say of nothing that it has to do with the subject. */
const NEAR = 0.3;
