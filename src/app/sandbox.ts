import { mkdirSync } from 'node:fs';
import { homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Sandbox } from '../core/workspace.ts';
import type { Project } from '../km/km.ts';
import { type BubblewrapOptions, bubblewrapSandbox } from '../workspace/sandbox/bubblewrap.ts';
import { defaultLimits, type Limits } from '../workspace/sandbox/limits.ts';
import { plainSandbox } from '../workspace/sandbox/plain.ts';
import { type SelfTest, selfTest } from '../workspace/sandbox/self-test.ts';
import { type Borders, bordersOf, followingBorders, grantedBorders } from './borders.ts';
import type { AppCore, Env } from './core.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { explained } from './machine.ts';

/** A folder of ours for what lives as long as a process. */
export function tempOf(core: AppCore): string {
  const folder = join(core.home, 'temp');
  mkdirSync(folder, { recursive: true });
  return folder;
}

const pathOf = (core: AppCore): string => core.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';

/** Runs commands with the person's own rights: for trusted ones, and where a person asked for it. */
export const unprotected = (core: AppCore): Sandbox =>
  plainSandbox({ path: pathOf(core), temp: tempOf(core), clock: core.clock });

/** Memory of this machine, or of the container that this process is in. */
const machineMb = (): number => Math.floor(Math.min(totalmem(), process.constrainedMemory() || totalmem()) / 1_048_576);

export function limitsOf(settings: Pick<Settings, 'memory_mb'>): Limits {
  const limits = defaultLimits(machineMb());
  return { ...limits, memory_mb: settings.memory_mb.value ?? limits.memory_mb };
}

/** What bubblewrap hides and shows for the commands of a project. */
export const bubblewrapOptions = (
  core: AppCore,
  project: Pick<Project, 'root'>,
  settings: Pick<Settings, 'memory_mb'>,
  { network, readable, secrets }: Borders,
): BubblewrapOptions => ({
  path: pathOf(core),
  home: core.env.HOME ?? homedir(),
  hidden: [core.home, project.root],
  untrusted: [project.root, join(core.home, 'worktrees')],
  temp: tempOf(core),
  clock: core.clock,
  limits: limitsOf(settings),
  node: process.execPath,
  network,
  readable,
  secrets: network.length === 0 ? secrets : { ...certificatesIn(core.env), ...secrets },
});

/** Where tools find the certificates of a company: files of the system, no secrets. */
const CERTIFICATES = [
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'],
  ...['GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO'],
];

const certificatesIn = (env: Env): Record<string, string> =>
  Object.fromEntries(
    CERTIFICATES.flatMap(name => {
      const place = env[name];
      return place !== undefined && /^\/(?:etc|usr)\//.test(place) ? [[name, place] as const] : [];
    }),
  );

/** The sandbox that the settings ask for; without one there is no run. */
export async function sandboxOf(
  core: AppCore,
  project: Project,
  settings: Settings,
  known?: KnownSecrets,
): Promise<Result<Sandbox>> {
  if (settings.sandbox.value === 'none') return ok(unprotected(core));
  const km = core.km();
  if (!km.ok) return km;
  const borders = bordersOf(core, project);
  if (!borders.ok) return borders;
  return followingBorders(
    now => protecting(core, bubblewrapOptions(core, project, settings, now)),
    () => grantedBorders(core, km.value, project, borders.value.own, known),
  );
}

/** A sandbox that was shown to hold on this machine; else why not, and the way out. */
async function protecting(core: AppCore, options: BubblewrapOptions): Promise<Result<Sandbox>> {
  if (process.platform === 'darwin') {
    const { runtimeSandbox } = await import('../workspace/sandbox/runtime.ts');
    return runtimeSandbox({ ...options, from: null });
  }
  const made = await bubblewrapSandbox(options);
  if (!made.ok) return err(await explained(core, options, made.error));
  const tested = await selfTest(options, selfTestOf(core));
  return tested.ok ? made : tested;
}

/** Where the outcome of the probes is remembered. */
export const selfTestOf = (core: AppCore): SelfTest => ({
  file: join(core.home, 'sandbox.json'),
  version: core.version,
});
