import type { SystemFacts } from './facts.ts';
import { seccompFilter } from './seccomp.ts';

/** Why there is no protection, and what to do: commands and the text of files, one line each. */
export type Remedy = { readonly id: string; readonly message: string; readonly steps: readonly string[] };

type Row = {
  readonly id: string;
  readonly fits: (facts: SystemFacts) => boolean;
  readonly message: (facts: SystemFacts) => string;
  readonly steps: (facts: SystemFacts) => readonly string[];
};

/** The oldest bubblewrap that tells by `--json-status-fd` which process to end. */
const OLDEST = [0, 4, 0];
const LAST_WAY = 'Or run without protection, if you trust the models and the project: --no-sandbox';

/** What bubblewrap says when the kernel’s count of namespaces is reached. */
const NO_MORE = /max_\S*namespaces exceeded/;

const isOlder = (version: string): boolean => {
  const parts = version.split('.').map(Number);
  for (const [index, least] of OLDEST.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
};

const INSTALL: readonly (readonly [names: readonly string[], command: string])[] = [
  [['debian', 'ubuntu'], 'sudo apt-get install bubblewrap'],
  [['fedora', 'rhel', 'centos', 'amzn'], 'sudo dnf install bubblewrap'],
  [['arch'], 'sudo pacman -S bubblewrap'],
  [['alpine'], 'apk add bubblewrap bash'],
  [['suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'sles'], 'sudo zypper install bubblewrap'],
  [['nixos'], 'nix-env -iA nixos.bubblewrap'],
  [['gentoo'], 'sudo emerge sys-apps/bubblewrap'],
  [['void'], 'sudo xbps-install bubblewrap'],
];

function installCommand({ os }: SystemFacts): string {
  const names = [os.id, ...os.like];
  const found = INSTALL.find(([known]) => known.some(name => names.includes(name)));
  return (
    found?.[1] ??
    'Install the package bubblewrap with your system’s package manager (Debian: sudo apt-get install bubblewrap)'
  );
}

/** A setting of the kernel, now and after a restart. */
const setKernel = (setting: string): readonly string[] => [
  `sudo sysctl -w ${setting}`,
  `echo '${setting}' | sudo tee /etc/sysctl.d/60-llmclis.conf`,
];

/** Lets this one program make user namespaces, and no other. */
const appArmorProfile = (bwrap: string): readonly string[] => [
  `sudo tee /etc/apparmor.d/llmclis-bwrap > /dev/null <<'PROFILE'`,
  'abi <abi/4.0>,',
  'include <tunables/global>',
  '',
  `profile llmclis-bwrap ${bwrap} flags=(unconfined) {`,
  '  userns,',
  '  include if exists <local/llmclis-bwrap>',
  '}',
  'PROFILE',
  'sudo apparmor_parser -r /etc/apparmor.d/llmclis-bwrap',
];

const CONTAINER_STEPS: Readonly<Record<'docker' | 'podman' | 'kubernetes' | 'another', readonly string[]>> = {
  docker: [
    'Start the container with: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …',
  ],
  podman: [
    'Start the container with: podman run --security-opt seccomp=unconfined --security-opt unmask=ALL --security-opt label=disable …',
  ],
  kubernetes: [
    'Give the pod: spec.hostUsers: false, and the container securityContext: { seccompProfile: { type: Unconfined }, appArmorProfile: { type: Unconfined }, procMount: Unmasked }',
  ],
  another: [
    'Let the container make user namespaces and mount a /proc of its own (no seccomp filter on clone, unshare and mount; no masked paths under /proc).',
  ],
};

/** One row for each reason, the most certain first; the first that fits is the answer. */
export const REMEDIES: readonly Row[] = [
  {
    id: 'windows',
    fits: ({ platform }) => platform === 'win32',
    message: () => 'Windows itself has no sandbox that llmclis can use; the Linux in it (WSL 2) has.',
    steps: () => ['In PowerShell: wsl --install', 'Then install and run llmclis in that Linux.', LAST_WAY],
  },
  {
    id: 'macos',
    fits: ({ platform }) => platform === 'darwin',
    message: () => 'On macOS the sandbox is a package of its own, and it is not installed.',
    steps: () => ['npm install -g @anthropic-ai/sandbox-runtime', LAST_WAY],
  },
  {
    id: 'other-system',
    fits: ({ platform }) => platform !== 'linux',
    message: ({ platform }) => `There is no sandbox for ${platform}.`,
    steps: () => ['Run llmclis on Linux, macOS or in WSL 2.', LAST_WAY],
  },
  {
    id: 'wsl1',
    fits: ({ wsl }) => wsl === 1,
    message: ({ release }) =>
      `This is WSL 1 (${release}): it has no Linux kernel, so no namespaces and no system-call filter.`,
    steps: () => ['In PowerShell: wsl --list --verbose', 'wsl --set-version NAME 2', LAST_WAY],
  },
  {
    id: 'architecture',
    fits: ({ arch }) => seccompFilter(arch) === null,
    message: ({ arch }) => `There is no system-call filter for ${arch}; there is one for x64 and arm64.`,
    steps: () => [LAST_WAY],
  },
  {
    id: 'no-proc',
    fits: ({ has_proc }) => !has_proc,
    message: () => '/proc is not mounted, so that commands could neither be watched nor ended.',
    steps: () => ['sudo mount -t proc proc /proc'],
  },
  {
    id: 'no-bwrap',
    fits: ({ bwrap }) => bwrap === null,
    message: () => 'bubblewrap is not installed (no bwrap in a system folder on PATH).',
    steps: facts => [installCommand(facts), LAST_WAY],
  },
  {
    id: 'old-bwrap',
    fits: ({ bwrap }) => bwrap !== null && bwrap.version !== '' && isOlder(bwrap.version),
    message: ({ bwrap }) => `${bwrap?.path} is version ${bwrap?.version}; it must be ${OLDEST.join('.')} or newer.`,
    steps: facts => [
      installCommand(facts),
      'Or build a newer one: https://github.com/containers/bubblewrap/releases',
      LAST_WAY,
    ],
  },
  {
    id: 'setuid-bwrap',
    fits: ({ bwrap, root }) => bwrap?.setuid === true && !root,
    message: ({ bwrap }) =>
      `${bwrap?.path} has the setuid bit, and then it can make no user namespace to drop all rights in.`,
    steps: ({ bwrap }) => [`sudo chmod u-s ${bwrap?.path}`, ...setKernel('user.max_user_namespaces=15000'), LAST_WAY],
  },
  {
    id: 'no-user-namespaces',
    fits: ({ max_user_namespaces, complaint }) => max_user_namespaces === 0 || NO_MORE.test(complaint ?? ''),
    message: ({ max_user_namespaces }) =>
      `The kernel allows no more user namespaces here: user.max_user_namespaces is ${max_user_namespaces ?? 0}, or llmclis runs inside a sandbox that forbids another.`,
    steps: () => [...setKernel('user.max_user_namespaces=15000'), LAST_WAY],
  },
  {
    id: 'no-unprivileged-namespaces',
    fits: ({ unprivileged_userns_clone, root }) => unprivileged_userns_clone === 0 && !root,
    message: () => 'The kernel allows user namespaces to root alone: kernel.unprivileged_userns_clone is 0.',
    steps: () => [...setKernel('kernel.unprivileged_userns_clone=1'), LAST_WAY],
  },
  {
    id: 'apparmor',
    fits: ({ apparmor_restrict_unprivileged_userns }) => (apparmor_restrict_unprivileged_userns ?? 0) > 0,
    message: ({ os }) =>
      `AppArmor${os.name === '' ? '' : ` (${os.name})`} lets no program make a user namespace without a profile: kernel.apparmor_restrict_unprivileged_userns is 1.`,
    steps: ({ bwrap }) => [
      'Best: a profile for bubblewrap alone:',
      ...appArmorProfile(bwrap?.path ?? '/usr/bin/bwrap'),
      'Or for all programs, which weakens the system:',
      ...setKernel('kernel.apparmor_restrict_unprivileged_userns=0'),
      LAST_WAY,
    ],
  },
  {
    id: 'container',
    fits: ({ container }) => container !== null,
    message: ({ container, complaint }) =>
      `This is a ${container === 'another' ? '' : `${container} `}container that forbids sandboxes inside${complaint === null ? '' : `: ${complaint}`}.`,
    steps: ({ container }) => [
      ...CONTAINER_STEPS[container ?? 'another'],
      'Or, where the container itself is all the protection you need: --no-sandbox',
    ],
  },
  {
    id: 'unknown',
    fits: () => true,
    message: ({ complaint }) => `bubblewrap does not work here${complaint === null ? '' : `: ${complaint}`}.`,
    steps: ({ bwrap }) => [
      `See what it says: ${bwrap?.path ?? 'bwrap'} --unshare-all --unshare-user --cap-drop ALL --ro-bind / / --dev /dev --proc /proc true`,
      'Which attack gets through: llmclis doctor --probe',
      LAST_WAY,
    ],
  },
];

/** Why the sandbox does not work on such a machine, and the way out. */
export function remedyFor(facts: SystemFacts): Remedy {
  const row = REMEDIES.find(({ fits }) => fits(facts));
  if (row === undefined) throw new Error('The last row of the remedies must fit everything.');
  return { id: row.id, message: row.message(facts), steps: row.steps(facts) };
}
