import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A file that is shown with another content than it has. */
export type Masked = { readonly path: string; readonly text: string };

/** Sections that exist to hold or to fetch credentials. */
const SECRET_SECTION = /^\s*\[\s*(?:credential|url|sendemail|github|gitlab)\b/i;
/** Names of keys whose values open doors. */
const SECRET_KEY =
  /^\s*[a-z0-9.-]*(?:extraheader|cookie|token|passw|secret|credential|insteadof|askpass|proxy|sshcommand)[a-z0-9.-]*\s*(?:=|$)/i;

/** A user's name and password in an address; of ssh only the password, since its user says which server account is meant. */
const withoutUser = (line: string): string =>
  line
    .replace(/\b(ssh:\/\/[^\s/:@"]+):[^\s/@"]*@/gi, '$1@')
    .replace(/\b((?!ssh:)[a-z][a-z0-9+.-]*:\/\/)[^\s/"]*@/gi, '$1');

/** The text of a git configuration without what opens doors: credentials, tokens, headers, addresses with a user in them. */
export function withoutCredentials(text: string): string {
  let secretSection = false;
  let dropped = false;
  let goesOn = false;
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    const startsSection = !goesOn && /^\s*\[/.test(line);
    if (startsSection) secretSection = SECRET_SECTION.test(line);
    // A key may stand on the line of its section.
    const key = startsSection ? line.replace(/^\s*\[(?:"(?:\\.|[^"\\])*"|[^\]"])*\]/, '') : line;
    dropped = secretSection || (goesOn ? dropped : SECRET_KEY.test(key));
    goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(line.replace(/\r$/, ''));
    if (!dropped) kept.push(withoutUser(line));
  }
  return kept.join('\n');
}

/** Files of a git folder that may name an address with a user in it. */
const OWN_FILES = ['config', 'config.worktree', 'FETCH_HEAD', 'logs/HEAD'];
/** The most submodules and worktrees that are looked at. */
const MANY = 2_000;

/** The files of a git folder that must be shown otherwise, with what to show; none when it is no git folder. */
export async function maskedGitFiles(folder: string): Promise<readonly Masked[]> {
  const isFolder = await stat(join(folder, 'HEAD')).catch(() => null);
  if (isFolder === null) return [];
  const masked: Masked[] = [];
  const folders = [folder, ...(await inner(join(folder, 'worktrees'))), ...(await submodules(join(folder, 'modules')))];
  // `git pull ADDRESS` writes the address into the log of the branch.
  for (const each of folders)
    for (const name of [...OWN_FILES, ...(await logsOf(each))]) {
      const path = join(each, name);
      const text = await readFile(path, 'utf8').catch(() => null);
      if (text === null) continue;
      const shown = name.startsWith('config') ? withoutCredentials(text) : withoutUser(text);
      if (shown !== text) masked.push({ path, text: shown });
    }
  return masked;
}

async function logsOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'logs/refs/heads'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const files = entries.filter(entry => entry.isFile());
  return files.slice(0, MANY).map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

const inner = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(entry => entry.isDirectory()).map(entry => join(folder, entry.name));
};

/** The git folders of submodules, at any depth: their names may contain slashes. */
async function submodules(folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = await inner(folder);
  for (let next = open.pop(); next !== undefined && found.length + open.length < MANY; next = open.pop()) {
    const isGit = (await stat(join(next, 'HEAD')).catch(() => null)) !== null;
    if (isGit) found.push(next);
    open.push(...(await inner(isGit ? join(next, 'modules') : next)));
  }
  return found;
}
