import type { OwnModule } from './missing.ts';
import type { Files } from './naming.ts';

const PYTHON_MANIFESTS = [
  'requirements.txt',
  'requirements-dev.txt',
  'dev-requirements.txt',
  'pyproject.toml',
  'setup.cfg',
  'setup.py',
  'Pipfile',
  'tox.ini',
];

/** Tells the project's own modules from packages that should have been installed. */
export async function ownModules(files: Files): Promise<OwnModule> {
  const paths = await files.list();
  const declared = async (path: string): Promise<string> =>
    paths.includes(path) ? ((await files.read(path)) ?? '') : '';
  const manifests = (await Promise.all(PYTHON_MANIFESTS.map(declared))).join('\n').toLowerCase();
  const goManifests = paths.filter(path => path === 'go.mod' || path.endsWith('/go.mod'));
  const goModules = (await Promise.all(goManifests.map(declared))).flatMap(
    text => /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? [],
  );
  const parts = new Set(paths.flatMap(path => path.split('/')));
  const isPath = (top: string): boolean => parts.has(top) || parts.has(`${top}.py`);
  return (language, name) => {
    if (language === 'go') return goModules.some(module => name === module || name.startsWith(`${module}/`));
    const top = name.split(language === 'node' ? '/' : '.')[0] ?? name;
    if (isPath(top)) return true;
    if (language !== 'python') return false;
    const spelled = top.toLowerCase().replace(/[^\w]/g, '').replace(/_/g, '[-_.]');
    return !new RegExp(`(^|[^\\w-])${spelled}([^\\w-]|$)`, 'm').test(manifests);
  };
}
