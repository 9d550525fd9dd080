/** Words that check something, as a call, a statement or a method; what a runner of any common language offers. */
const ASSERTS =
  /\b(?:assert\w*|expect\w*|should\w*|verify\w*|ensure\w*|must\w*|require\.\w+|fail\w*|throws?|raises?|reject\w*|(?:deep|strict|not)*equals?\w*|is|ok|t\.\w+|panic!|exit)\b\s*[(!.]|\b(?:assert|raise|throw|return\s+(?:1|false|False))\b|\bassert_?\w*!|\.(?:to|be|should)\b|\b(?:if|unless)\b[^\n]*\b(?:process\.exit|sys\.exit|exit)\b/i;

const IMPORTS =
  /^\s*(?:import\b[^;]*?(?:from\s*)?['"][^'"]*['"];?|(?:from\s+\S+\s+)?import\s.*|(?:const|let|var)\s[^=]*=\s*(?:await\s+)?(?:require|import)\(.*)$/gm;
const COMMENTS = /\/\*[\s\S]*?\*\/|(?:^|\s)\/\/.*$|(?:^|\s)#(?!\[).*$/gm;
const STRINGS = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;

/** Is there nothing in this test file that could fail by a wrong value? Imports, comments and strings do not count. */
export const assertsNothing = (text: string): boolean =>
  !ASSERTS.test(text.replace(COMMENTS, '').replace(IMPORTS, '').replace(STRINGS, '""'));

/** A file that a runner takes for tests, not for something beside them. */
export const isTestByName = (path: string): boolean =>
  /(?:^|\/)(?:test_[^/]*\.py|[^/]*(?:[._-]test|[._-]spec)\.[^/]+|[^/]*_test\.[^/]+)$/.test(path);
