/** What a text names that must survive when it is made shorter. */
export type Facts = {
  /** Files, folders and addresses. */
  readonly paths: readonly string[];
  /** Functions, variables, types, commands in backticks, flags, task keys, commits. */
  readonly identifiers: readonly string[];
  /** Numbers of two digits and more, or with a unit, as they are written. */
  readonly numbers: readonly string[];
};

const URL_FORM = /\bhttps?:\/\/[^\s<>"'`)\]]+/g;
const SUFFIX =
  '(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|c|h|cc|cpp|cs|php|swift|md|json|jsonl|ya?ml|toml|ini|sql|sh|txt|html|css|csv|lock|log|xml|db|env)';
const PATH_FORM = new RegExp(
  `(?<![\\w/.@-])(?:(?:\\.{0,2}/)?(?:[\\w@.-]+/)+[\\w@.-]*\\w|[\\w-]+(?:\\.[\\w-]+)*\\.${SUFFIX})(?![\\w/])`,
  'g',
);
const QUOTED_FORM = /`([^`\n]{2,60})`/g;
const NAME_FORMS: readonly RegExp[] = [
  // camelCase, PascalCase with an inner capital, parseHTML
  /(?<![\w$])[a-z$_][a-z0-9]*[A-Z][A-Za-z0-9]*(?![\w$])/g,
  /(?<![\w$])[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*(?![\w$])/g,
  // snake_case and CONSTANT_CASE
  /(?<![\w$-])[A-Za-z$][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?![\w$])/g,
  // a call
  /(?<![\w$.])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*(?=\(\))/g,
  // flags, task keys such as S1.2 and KM-001, commits
  /(?<![\w-])--[a-z][\w-]+/g,
  /\b[A-Z]{1,4}\d*[.-]\d+(?:\.\d+)*\b/g,
  /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b/g,
];
const UNIT =
  '(?:%|ms|µs|ns|s|sec|seconds?|min|minutes?|h|hours?|days?|[kKMG]i?B|bytes?|px|tokens?|chars?|lines?|rows?|tasks?|tests?|files?|USD|x|×)';
const NUMBER_FORM = new RegExp(
  `(?<![\\w.,-])[$€]?\\d+(?:,\\d{3})*(?:\\.\\d+)?(?:\\s?${UNIT}(?![A-Za-z0-9]))?(?![\\w-]|\\.\\d)`,
  'g',
);

/** What stands where a secret was is no name. */
const REDACTED = /\[redacted:[^\]\n]{1,120}\]/g;

const unique = (texts: Iterable<string>): readonly string[] => [...new Set(texts)];
const all = (text: string, form: RegExp): readonly string[] =>
  [...text.matchAll(form)].map(match => match[1] ?? match[0]);
/** A number that says something by itself: 5432, 8.2, 30 s, $4; not the 2 of "2 of them". */
const says = (number: string): boolean => /\d.*\d|[^\d\s,]/.test(number);

/** Paths and identifiers as often as they are named, and numbers. */
function mentions(written: string) {
  const text = written.replace(REDACTED, ' ');
  const addresses = all(text, URL_FORM).map(found => found.replace(/[.,;:!?]+$/, ''));
  const plain = text.replace(URL_FORM, ' ');
  const paths = all(plain, PATH_FORM);
  const bare = plain.replace(PATH_FORM, ' ');
  const known = new Set(paths);
  const quoted = all(plain, QUOTED_FORM).filter(name => !known.has(name) && /[A-Za-z]/.test(name));
  const names = NAME_FORMS.flatMap(form => all(bare, form)).filter(name => name.length > 2);
  return { paths: [...addresses, ...paths], identifiers: [...quoted, ...names], numbers: all(bare, NUMBER_FORM) };
}

export function factsOf(text: string): Facts {
  const { paths, identifiers, numbers } = mentions(text);
  return { paths: unique(paths), identifiers: unique(identifiers), numbers: unique(numbers.filter(says)) };
}

/** Paths and identifiers that a text names more than once: what it is about. */
export function repeatedIn(text: string): readonly string[] {
  const { paths, identifiers } = mentions(text);
  const seen = new Set<string>();
  return unique([...paths, ...identifiers].filter(name => seen.has(name) || !seen.add(name)));
}

/** All that a text names, in one list. */
export function namesOf(text: string): readonly string[] {
  const { paths, identifiers, numbers } = factsOf(text);
  return unique([...paths, ...identifiers, ...numbers]);
}
