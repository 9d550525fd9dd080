import type { Result } from '../core/failure.ts';
import type { CommandResult } from '../core/workspace.ts';

type Tool = {
  readonly name: string;
  /** Prints the version. */
  readonly command: string;
  /** Files of a repository that is worked with it. */
  readonly files: RegExp;
  /** Words of a check that uses it. */
  readonly words: RegExp;
};

const TOOLS: readonly Tool[] = [
  { name: 'git', command: 'git --version', files: /(?:)/, words: /(?:)/ },
  {
    name: 'node',
    command: 'node --version',
    files: /(?:^|\/)package\.json$|\.[mc]?[jt]sx?$/,
    words: /\b(?:node|npm|npx|pnpm|yarn)\b/,
  },
  { name: 'npm', command: 'npm --version', files: /(?:^|\/)package-lock\.json$/, words: /\bnp[mx]\b/ },
  { name: 'pnpm', command: 'pnpm --version', files: /(?:^|\/)pnpm-lock\.yaml$/, words: /\bpnpm\b/ },
  { name: 'yarn', command: 'yarn --version', files: /(?:^|\/)yarn\.lock$/, words: /\byarn\b/ },
  { name: 'vitest', command: 'npx --no-install vitest --version', files: /\bvitest\.config\./, words: /\bvitest\b/ },
  { name: 'jest', command: 'npx --no-install jest --version', files: /\bjest\.config\./, words: /\bjest\b/ },
  { name: 'python', command: 'python3 --version', files: /\.py$/, words: /\b(?:python3?|pytest|tox|nox)\b/ },
  {
    name: 'pytest',
    command: 'python3 -m pytest --version',
    files: /(?:^|\/)(?:pytest\.ini|conftest\.py)$/,
    words: /\bpytest\b/,
  },
  { name: 'go', command: 'go version', files: /(?:^|\/)go\.mod$/, words: /\bgo\b/ },
  { name: 'cargo', command: 'cargo --version', files: /(?:^|\/)Cargo\.toml$/, words: /\bcargo\b/ },
  { name: 'ruby', command: 'ruby --version', files: /\.rb$/, words: /\b(?:ruby|rake|rspec|bundle)\b/ },
  { name: 'php', command: 'php --version', files: /\.php$/, words: /\b(?:php|phpunit|composer)\b/ },
  { name: 'java', command: 'java --version', files: /\.java$/, words: /\b(?:java|mvn|gradle)\b/ },
];

const MARK = 'llmclis-version';

/**
 * Versions of the tools that a repository's files and its checks ask for, by name; what is not there is left out. `run` is asked
 * once, with one line for a shell.
 */
export async function toolVersions(
  run: (command: string) => Promise<Result<CommandResult>>,
  files: readonly string[],
  commands: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const wanted = TOOLS.filter(
    tool => files.some(path => tool.files.test(path)) || commands.some(command => tool.words.test(command)),
  );
  const lines = wanted.map(({ name, command }) => `echo "${MARK} ${name} $(${command} 2>&1 </dev/null | head -n 1)"`);
  const ran = await run(lines.join('\n'));
  if (!ran.ok) return {};
  const versions = ran.value.output.split('\n').flatMap(line => {
    const [, name, said] = /^llmclis-version (\w+) (.*)$/.exec(line) ?? [];
    const version = /\d+(?:\.\d+)+[\w.+-]*/.exec(said ?? '')?.[0];
    return name === undefined || version === undefined || /not found|No module/.test(said ?? '')
      ? []
      : [[name, version]];
  });
  return Object.fromEntries(versions);
}
