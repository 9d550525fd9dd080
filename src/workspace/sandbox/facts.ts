/** What decides whether a sandbox can work on a machine, as far as it can be read. */
export type SystemFacts = {
  readonly platform: string;
  readonly arch: string;
  /** Of the kernel. */
  readonly release: string;
  readonly wsl: 1 | 2 | null;
  readonly container: 'docker' | 'podman' | 'kubernetes' | 'another' | null;
  /** From /etc/os-release: `ubuntu`, and what it is like: `debian`. */
  readonly os: { readonly id: string; readonly like: readonly string[]; readonly name: string };
  readonly root: boolean;
  readonly bwrap: { readonly path: string; readonly version: string; readonly setuid: boolean } | null;
  readonly has_proc: boolean;
  /** Settings of the kernel; null where it does not have them. */
  readonly max_user_namespaces: number | null;
  readonly unprivileged_userns_clone: number | null;
  readonly apparmor_restrict_unprivileged_userns: number | null;
  /** What bubblewrap said when it was tried, or null. */
  readonly complaint: string | null;
};

/** How the facts are read, so that a test can make them up. */
export type Looks = {
  /** Text of a file, null when it cannot be read. */
  read(path: string): string | null;
  readonly platform: string;
  readonly arch: string;
  readonly release: string;
  readonly uid: number;
};

const numberIn = (text: string | null): number | null => {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isFinite(value) ? value : null;
};

/** The machine's facts; `bwrap` and `complaint` are what the caller found out by trying. */
export function factsOf(look: Looks, tried: Pick<SystemFacts, 'bwrap' | 'complaint'>): SystemFacts {
  const { read, platform, arch, release, uid } = look;
  const setting = (name: string): number | null => numberIn(read(`/proc/sys/${name.replace('.', '/')}`));
  return {
    ...{ platform, arch, release, root: uid === 0, ...tried },
    wsl: wslOf(release),
    container: containerOf(read),
    os: osOf(read('/etc/os-release') ?? read('/usr/lib/os-release') ?? ''),
    has_proc: read('/proc/self/status') !== null,
    max_user_namespaces: setting('user.max_user_namespaces'),
    unprivileged_userns_clone: setting('kernel.unprivileged_userns_clone'),
    apparmor_restrict_unprivileged_userns: setting('kernel.apparmor_restrict_unprivileged_userns'),
  };
}

/** WSL 1 has no Linux kernel of its own: it calls itself 4.4.0-…-Microsoft. */
const wslOf = (release: string): 1 | 2 | null => {
  if (!/microsoft/i.test(release)) return null;
  return /WSL2|microsoft-standard/i.test(release) ? 2 : 1;
};

function containerOf(read: Looks['read']): SystemFacts['container'] {
  const environment = read('/proc/1/environ') ?? '';
  if (read('/var/run/secrets/kubernetes.io/serviceaccount/namespace') !== null) return 'kubernetes';
  if (read('/run/.containerenv') !== null || environment.includes('container=podman')) return 'podman';
  if (read('/.dockerenv') !== null) return 'docker';
  const groups = read('/proc/1/cgroup') ?? '';
  if (/docker|containerd/.test(groups)) return 'docker';
  return /\bcontainer=/.test(environment) ? 'another' : null;
}

function osOf(text: string): SystemFacts['os'] {
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1]?.trim() ?? '';
  return { id: field('ID'), like: field('ID_LIKE').split(/\s+/).filter(Boolean), name: field('PRETTY_NAME') };
}
