import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';

export type DemoPlace = {
  readonly folder: string;
  readonly repository: string;
  readonly home: string;
  readonly registry: string;
  readonly fresh: boolean;
};

/**
 * Lays the demo out: a repository with a small library, a failing test suite and a plan, and a home of its own beside it. A
 * folder that holds an unfinished demo is taken up again.
 */
export function layOutDemo(
  content: string,
  options: {
    readonly folder?: string;
    readonly temp: string;
    readonly cwd: string;
    readonly env: Record<string, string>;
  },
): Result<DemoPlace> {
  if (!existsSync(join(content, 'plans.md')))
    return fail('input.not_found', `The demo's files are not at ${content}.`, 'Install llmclis again.');
  const folder =
    options.folder === undefined
      ? mkdtempSync(join(options.temp, 'llmclis-demo-'))
      : resolve(options.cwd, options.folder);
  const repository = join(folder, 'textkit');
  const place = { folder, repository, home: join(folder, 'home'), registry: join(folder, 'model_registry.yaml') };
  if (existsSync(join(repository, '.git')) && existsSync(place.registry)) return ok({ ...place, fresh: false });
  if (existsSync(folder) && readdirSync(folder).length > 0)
    return fail(
      'input.invalid',
      `${folder} is not empty and holds no demo.`,
      'Name a folder that is empty or does not exist.',
    );
  mkdirSync(place.home, { recursive: true });
  cpSync(join(content, 'library'), repository, { recursive: true });
  // A package never holds a .gitignore, so ours travels without its dot.
  if (existsSync(join(repository, 'gitignore')))
    renameSync(join(repository, 'gitignore'), join(repository, '.gitignore'));
  cpSync(join(content, 'plans.md'), join(repository, 'plans.md'));
  cpSync(join(content, 'llmclis.yaml'), join(repository, 'llmclis.yaml'));
  cpSync(join(content, 'replay.yaml'), join(folder, 'replay.yaml'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, env: options.env, stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git(
    '-c',
    'user.name=llmclis',
    '-c',
    'user.email=llmclis@localhost',
    'commit',
    '--quiet',
    '--message=Start of textkit',
  );
  cpSync(join(content, 'model_registry.yaml'), place.registry);
  return ok({ ...place, fresh: true });
}
