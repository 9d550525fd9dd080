import { shellQuoted } from '../core/shell-quote.ts';

/** One word for a shell. */

/** A tool that is not there says nothing against a file. */
const where = (tool: string, then: string): string => `if command -v ${tool} >/dev/null 2>&1; then ${then}; fi`;

// Types that need more than to be left out (enums, parameter properties) are code too.
const STRIP =
  'const m=require("module"),t=require("fs").readFileSync(process.argv[1],"utf8");' +
  'if(m.stripTypeScriptTypes)try{m.stripTypeScriptTypes(t)}catch(e){' +
  'if(e.code!=="ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX")throw e;m.stripTypeScriptTypes(t,{mode:"transform"})}';

const PYTHON = 'import ast,sys; ast.parse(open(sys.argv[1],"rb").read())';

const COMMANDS: Readonly<Record<string, (file: string) => string>> = {
  js: node,
  mjs: node,
  cjs: node,
  ts: strip,
  mts: strip,
  cts: strip,
  py: file => `p=$(command -v python3 || command -v python) || exit 0; "$p" -c '${PYTHON}' ${file}`,
  go: file => where('gofmt', `gofmt -e ${file} >/dev/null`),
  rb: file => where('ruby', `ruby -c ${file} >/dev/null`),
  php: file => where('php', `php -l ${file} >/dev/null`),
};

/** A file whose package does not say what it is may be a module all the same. */
function node(file: string): string {
  return where('node', `node --check ${file} || node --input-type=module --check - < ${file}`);
}

function strip(file: string): string {
  return where('node', `node --no-warnings -e '${STRIP}' ${file}`);
}

/** A line for `bash -c` that fails when the file does not parse; null where nothing quick can say so. */
export function parseCommand(path: string): string | null {
  const ending = /\.([a-z]+)$/.exec(path)?.[1] ?? '';
  const make = Object.hasOwn(COMMANDS, ending) ? COMMANDS[ending] : undefined;
  return make === undefined ? null : make(shellQuoted(path.startsWith('-') ? `./${path}` : path));
}

/**
 * Does a check's output say that the code did not compile? What fails so says nothing about the tests: such a mutant does not count. Only
 * for languages whose compiler runs with the tests.
 */
export const didNotCompile = (output: string): boolean =>
  /^(?:FAIL\t.*\[(?:build|setup) failed\]|# .+\n\S+\.go:\d+:\d+: |error(?:\[E\d+\])?: .*\n +--> |error: could not compile )/m.test(
    output,
  ) || /COMPILATION ERROR|Compilation failed|error TS\d+:/.test(output);
