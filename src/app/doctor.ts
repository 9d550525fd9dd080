import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Project } from '../km/km.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import type { ProbeOutcome } from '../workspace/sandbox/probes/run.ts';
import { type Borders, bordersOf, grantedBorders, NO_BORDERS } from './borders.ts';
import type { AppCore } from './core.ts';
import { lookAtSandbox } from './doctor-sandbox.ts';
import type { DoctorReport, Looked } from './doctor-types.ts';
import { providerStatus } from './model-commands.ts';
import { doctor as diagnoseDatabase } from './safety.ts';
import { settingsOf } from './settings.ts';

/** The oldest versions that do what is asked of them; git merges trees without a working copy from then on. */
const NODE = [22, 18];
const GIT = [2, 38];
const LOW_MB = 2_000;
const LEAST_MB = 300;

const well = (area: Looked['area'], says: string): Looked => ({ area, state: 'ok', says, remedy: [] });

/** Looks at everything a run needs. Changes nothing, calls no model, shows no secret. */
export async function examine(
  core: AppCore,
  project: Project | null,
  options: { readonly probe: boolean },
): Promise<Result<DoctorReport>> {
  const settings = settingsOf(core, project, {});
  const borders = bordersHere(core, project);
  const root = project?.root ?? core.cwd;
  const sandbox = await lookAtSandbox(core, {
    root,
    settings: settings.ok ? settings.value : null,
    borders,
    ...options,
  });
  const probes: { probes?: readonly ProbeOutcome[] } = sandbox.probes === null ? {} : { probes: sandbox.probes };
  const looked = [
    sandbox.looked,
    lookAtNetwork(borders, settings.ok ? settings.value : null),
    lookAtSecrets(core),
    lookAtNode(),
    ...lookAtGit(core),
    await lookAtDatabase(core),
    ...(settings.ok ? await lookAtVectors(core, settings.value) : []),
    ...(settings.ok && settings.value.qdrant_url.value !== null
      ? await (await import('./qdrant.ts')).lookAtQdrant(core, settings.value)
      : []),
    ...(await lookAtModels(core)),
    lookAtDisk(core),
    lookAtSettings(settings),
  ];
  return ok({ looked, ...probes });
}

function bordersHere(core: AppCore, project: Project | null): Borders {
  const km = project === null ? null : core.km();
  if (project === null || km === null || !km.ok) return NO_BORDERS;
  const named = bordersOf(core, project);
  return named.ok ? grantedBorders(core, km.value, project, named.value.own) : NO_BORDERS;
}

function lookAtNetwork({ network }: Borders, settings: Settings | null): Looked {
  if (settings?.sandbox.value === 'none')
    return { area: 'network', state: 'warn', says: 'Commands use your network: the sandbox is off.', remedy: [] };
  if (network.length === 0) return well('network', 'Commands have no network.');
  const open = network.filter(host => !host.startsWith('!')).join(', ');
  const closed = network.flatMap(host => (host.startsWith('!') ? [host.slice(1)] : [])).join(', ');
  return well('network', `Commands reach only ${open}${closed && `, not ${closed}`}, by HTTP and HTTPS.`);
}

function lookAtSecrets(core: AppCore): Looked {
  const handed = childEnvironment(core.env);
  const secret = Object.keys(core.env).filter(name => /KEY|TOKEN|SECRET|PASSW|CREDENTIAL/i.test(name));
  const seen = secret.filter(name => Object.hasOwn(handed, name));
  const names =
    secret.length === 0
      ? 'no variable of your environment looks like a key'
      : `${secret.length} variables look like keys (${secret.join(', ')})`;
  if (seen.length === 0) return well('secrets', `Commands get none of your environment; ${names}.`);
  return { area: 'secrets', state: 'bad', says: `Commands would get ${seen.join(', ')}.`, remedy: ['Unset them.'] };
}

const isAtLeast = (version: readonly number[], least: readonly number[]): boolean => {
  for (const [index, part] of least.entries()) {
    const mine = version[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
};

const numbersIn = (text: string): readonly number[] =>
  (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).slice(1).map(Number);

function lookAtNode(): Looked {
  if (isAtLeast(numbersIn(process.version), NODE)) return well('node', `Node ${process.version}`);
  const says = `Node ${process.version} is older than ${NODE.join('.')}.`;
  return { area: 'node', state: 'bad', says, remedy: ['Install a newer one: https://nodejs.org'] };
}

function lookAtGit(core: AppCore): readonly Looked[] {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: core.cwd, env: childEnvironment(core.env), encoding: 'utf8', timeout: 10_000 });
  const version = git('--version');
  if (version.status !== 0)
    return [
      { area: 'git', state: 'bad', says: 'git was not found.', remedy: ['Install it: sudo apt-get install git'] },
    ];
  const says = version.stdout.trim();
  const old = !isAtLeast(numbersIn(says), GIT);
  const remedy = [`Install git ${GIT.join('.')} or newer.`];
  const look: Looked = old ? { area: 'git', state: 'bad', says: `${says} is too old.`, remedy } : well('git', says);
  const [name, email] = ['user.name', 'user.email'].map(key => git('config', key).stdout.trim());
  if (name && email) return [look, well('git', `Commits are by ${name} <${email}>.`)];
  const missing = 'git knows no name or e-mail here: commits are by llmclis <llmclis@localhost>.';
  const set = ['git config --global user.name "Your Name"', 'git config --global user.email you@example.org'];
  return [look, { area: 'git', state: 'warn', says: missing, remedy: set }];
}

async function lookAtDatabase(core: AppCore): Promise<Looked> {
  const seen = await diagnoseDatabase(core, { repair: false });
  if (!seen.ok) return { area: 'database', state: 'bad', says: seen.error.message, remedy: [seen.error.hint] };
  const { findings, checked } = seen.value;
  if (findings.length === 0) return well('database', `${core.home}/llmclis.db is whole: ${checked.join(', ')}.`);
  const remedy = [...new Set(findings.map(({ hint }) => hint))];
  return { area: 'database', state: 'bad', says: findings.map(({ message }) => message).join(' '), remedy };
}

/** One provider that answers is enough for a run; which one a role needs says `models list`. */
async function lookAtModels(core: AppCore): Promise<readonly Looked[]> {
  const found = await providerStatus(core);
  if (!found.ok) return [{ area: 'models', state: 'bad', says: found.error.message, remedy: [found.error.hint] }];
  const anyUp = found.value.some(({ reachable }) => reachable);
  return found.value.map(({ provider, base_url, reachable, problem, models }): Looked => {
    if (reachable) return well('models', `${provider} answers (${base_url}), with ${models.length} models.`);
    const says = `${provider} (${base_url}): ${problem?.message ?? 'it does not answer.'}`;
    return { area: 'models', state: anyUp ? 'warn' : 'bad', says, remedy: problem === undefined ? [] : [problem.hint] };
  });
}

/** Nothing is said where no embedder is set: recall by words needs none. */
async function lookAtVectors(core: AppCore, settings: Settings): Promise<readonly Looked[]> {
  const { embedder, embedder_model } = settings;
  if (embedder.value === 'off') return [];
  const { lookAtEmbedder } = await import('./memory-status.ts');
  const usable = await lookAtEmbedder(core, settings);
  const says = `Vectors are made by ${embedder.value}: ${embedder_model.value}.`;
  if (usable.ok) return [well('vectors', says)];
  return [{ area: 'vectors', state: 'warn', says: usable.error.message, remedy: [usable.error.hint] }];
}

function lookAtDisk(core: AppCore): Looked {
  const { bavail, bsize } = statfsSync(core.home);
  const free = Math.floor((bavail * bsize) / 1_048_576);
  const says = `${free} MB are free under ${core.home}.`;
  if (free >= LOW_MB) return well('disk', says);
  const remedy = ['Make room there, or point LLMCLIS_HOME at a larger disk.'];
  return { area: 'disk', state: free < LEAST_MB ? 'bad' : 'warn', says, remedy };
}

function lookAtSettings(settings: Result<Settings>): Looked {
  if (settings.ok) return well('settings', 'All settings are known and right.');
  return { area: 'settings', state: 'bad', says: settings.error.message, remedy: [settings.error.hint] };
}
