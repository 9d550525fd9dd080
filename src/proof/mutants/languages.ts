/** How the code of one language is read and mutated. */
export type Language = {
  readonly name: 'javascript' | 'typescript' | 'python' | 'go' | 'ruby' | 'c-like';
  readonly line_comments: readonly string[];
  /** Block comments may stand in each other. */
  readonly nested_comments: boolean;
  /** `'a'` is one character and not a string. */
  readonly chars: boolean;
  /** `<` and `>` may open and close something that is no comparison: both need white space beside them. */
  readonly generics: boolean;
  /** What stands in place of a statement that is dropped. */
  readonly nothing: string;
  /** A statement ends with `;` and with nothing else. */
  readonly semicolons: boolean;
  /** What `return` gives in place of its value; null where types would not allow it. */
  readonly null: string | null;
  /** What a condition is negated with, and whether it stands in parentheses. */
  readonly not: string;
  readonly parentheses: boolean;
  /** Names that are no values. */
  readonly keywords: ReadonlySet<string>;
};

const words = (...texts: readonly string[]): ReadonlySet<string> => new Set(texts.flatMap(text => text.split(' ')));
const COMMON = 'return if else for while do in class import const let var break continue case default switch';
const BRACES =
  'typeof of delete void throw new instanceof yield await function extends export async static public private protected ' +
  'readonly enum interface struct try catch finally with';

const C: Language = {
  name: 'c-like',
  line_comments: ['//'],
  nested_comments: false,
  chars: true,
  generics: true,
  nothing: ';',
  semicolons: true,
  null: 'null',
  not: '!',
  parentheses: true,
  keywords: words(COMMON, BRACES, 'fn mut match impl use pub fun val echo package foreach as is'),
};
const JAVASCRIPT: Language = {
  ...C,
  name: 'javascript',
  chars: false,
  semicolons: false,
  keywords: words(COMMON, BRACES, 'debugger'),
};
const RUBY: Language = {
  ...C,
  name: 'ruby',
  line_comments: ['#'],
  chars: false,
  generics: false,
  nothing: 'nil',
  semicolons: false,
  null: 'nil',
  not: 'not ',
  parentheses: false,
  keywords: words(COMMON, 'and or not unless until when then elsif def end module require yield begin rescue ensure'),
};
const PYTHON: Language = {
  ...RUBY,
  name: 'python',
  nothing: 'pass',
  null: 'None',
  keywords: words(
    COMMON,
    'and or not is as from lambda elif def del assert raise try except finally with yield await async',
  ),
};
const GO: Language = {
  ...C,
  name: 'go',
  generics: false,
  nothing: '',
  semicolons: false,
  null: null,
  parentheses: false,
  keywords: words(COMMON, 'func go defer range chan select package type interface struct map fallthrough goto'),
};
const NO_SEMICOLONS = { nothing: '', semicolons: false } as const;

const BY_ENDING: Readonly<Record<string, Language>> = {
  ...each('js mjs cjs jsx', JAVASCRIPT),
  ...each('ts mts cts tsx', { ...JAVASCRIPT, name: 'typescript' }),
  ...each('py pyi', PYTHON),
  go: GO,
  rb: RUBY,
  rs: { ...C, nested_comments: true, null: null, parentheses: false },
  ...each('java cs', C),
  ...each('c h cc cpp cxx hpp', { ...C, null: '0' }),
  php: { ...C, line_comments: ['//', '#'], chars: false },
  kt: { ...C, ...NO_SEMICOLONS, nested_comments: true },
  scala: { ...C, ...NO_SEMICOLONS, nested_comments: true },
  swift: { ...C, ...NO_SEMICOLONS, nested_comments: true, chars: false, null: 'nil', parentheses: false },
  dart: { ...C, chars: false },
};

function each(endings: string, language: Language): Record<string, Language> {
  return Object.fromEntries(endings.split(' ').map(ending => [ending, language]));
}

/** The names that the usual runners look for. */
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|spec|testdata)\/|(?:^|\/)test_[^/]*\.py$|(?:^|\/)conftest\.py$|[._](?:test|spec)\.[^/]*$|_test\.[^/]*$/;
const NO_CODE = /\.d\.[mc]?ts$|(?:^|\/)(?:node_modules|vendor|dist|build)\/|\.min\.js$|\.config\.[mc]?[jt]s$/;

/** The language of a file whose code is worth mutating; null for tests, declarations, built files and what we do not know. */
export function languageOf(path: string): Language | null {
  if (TESTS.test(path) || NO_CODE.test(path)) return null;
  const ending = /\.([a-z]+)$/.exec(path)?.[1] ?? '';
  return Object.hasOwn(BY_ENDING, ending) ? (BY_ENDING[ending] ?? null) : null;
}
