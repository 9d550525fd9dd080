import { describe, expect, it } from 'vitest';
import { factsOf, type SystemFacts } from '../../src/workspace/sandbox/facts.ts';
import { REMEDIES, remedyFor } from '../../src/workspace/sandbox/remedies.ts';

const FINE: SystemFacts = {
  platform: 'linux',
  arch: 'x64',
  release: '6.8.0-31-generic',
  wsl: null,
  container: null,
  os: { id: 'debian', like: [], name: 'Debian GNU/Linux 12' },
  root: false,
  bwrap: { path: '/usr/bin/bwrap', version: '0.9.0', setuid: false },
  has_proc: true,
  max_user_namespaces: 15_000,
  unprivileged_userns_clone: null,
  apparmor_restrict_unprivileged_userns: null,
  complaint: 'bwrap: setting up uid map: Permission denied',
};
const ubuntu = { id: 'ubuntu', like: ['debian'], name: 'Ubuntu 24.04.1 LTS' };

const CASES: readonly (readonly [id: string, facts: Partial<SystemFacts>, says: RegExp, does: RegExp])[] = [
  ['windows', { platform: 'win32', bwrap: null }, /Windows/, /wsl --install/],
  ['macos', { platform: 'darwin', bwrap: null }, /macOS/, /npm install -g @anthropic-ai\/sandbox-runtime/],
  ['other-system', { platform: 'freebsd', bwrap: null }, /freebsd/, /Linux, macOS or in WSL 2/],
  ['wsl1', { wsl: 1, release: '4.4.0-19041-Microsoft' }, /WSL 1 \(4\.4\.0/, /wsl --set-version NAME 2/],
  ['architecture', { arch: 's390x' }, /s390x/, /--no-sandbox/],
  ['no-proc', { has_proc: false }, /\/proc is not mounted/, /mount -t proc proc \/proc/],
  ['no-bwrap', { bwrap: null }, /not installed/, /^sudo apt-get install bubblewrap\n/],
  ['no-bwrap', { bwrap: null, os: ubuntu }, /not installed/, /apt-get/],
  ['no-bwrap', { bwrap: null, os: { id: 'fedora', like: [], name: '' } }, /not installed/, /dnf install bubblewrap/],
  [
    'no-bwrap',
    { bwrap: null, os: { id: 'rocky', like: ['rhel', 'centos', 'fedora'], name: '' } },
    /not/,
    /dnf install/,
  ],
  [
    'no-bwrap',
    { bwrap: null, os: { id: 'manjaro', like: ['arch'], name: '' } },
    /not installed/,
    /pacman -S bubblewrap/,
  ],
  ['no-bwrap', { bwrap: null, os: { id: 'alpine', like: [], name: '' } }, /not installed/, /apk add bubblewrap bash/],
  [
    'no-bwrap',
    { bwrap: null, os: { id: 'opensuse-leap', like: ['suse'], name: '' } },
    /not/,
    /zypper install bubblewrap/,
  ],
  ['no-bwrap', { bwrap: null, os: { id: 'plan9', like: [], name: '' } }, /not installed/, /package manager/],
  ['old-bwrap', { bwrap: { path: '/usr/bin/bwrap', version: '0.3.3', setuid: false } }, /0\.3\.3.*0\.4\.0/, /install/],
  ['setuid-bwrap', { bwrap: { path: '/usr/bin/bwrap', version: '0.8.0', setuid: true } }, /setuid/, /chmod u-s \/usr/],
  [
    'no-user-namespaces',
    { max_user_namespaces: 0 },
    /max_user_namespaces is 0/,
    /sysctl -w user\.max_user_namespaces=15000\n.*sysctl\.d/,
  ],
  [
    'no-unprivileged-namespaces',
    { unprivileged_userns_clone: 0 },
    /clone is 0/,
    /sysctl -w kernel\.unprivileged_userns_clone=1/,
  ],
  [
    'apparmor',
    { apparmor_restrict_unprivileged_userns: 1, os: ubuntu },
    /AppArmor \(Ubuntu 24\.04\.1 LTS\)/,
    /apparmor_parser -r/,
  ],
  [
    'container',
    { container: 'docker' },
    /docker container/,
    /--security-opt seccomp=unconfined.*systempaths=unconfined/,
  ],
  ['container', { container: 'podman' }, /podman container/, /--security-opt unmask=ALL/],
  ['container', { container: 'kubernetes' }, /kubernetes container/, /procMount: Unmasked/],
  ['container', { container: 'another' }, /This is a container/, /user namespaces/],
  [
    'no-user-namespaces',
    {
      container: 'docker',
      complaint:
        'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
    },
    /inside a sandbox that forbids another/,
    /max_user_namespaces=15000/,
  ],
  ['unknown', {}, /Permission denied/, /bwrap --unshare-all/],
];

describe('why there is no sandbox', () => {
  it.each(CASES)('%s %j', (id, facts, says, does) => {
    const remedy = remedyFor({ ...FINE, ...facts });
    expect(remedy.id).toBe(id);
    expect(remedy.message).toMatch(says);
    expect(remedy.steps.join('\n')).toMatch(new RegExp(does.source, `${does.flags}s`));
  });

  it('has a made-up machine for each reason', () => {
    const tried = new Set(CASES.map(([id]) => id));
    expect(REMEDIES.map(({ id }) => id).filter(id => !tried.has(id))).toEqual([]);
  });

  it('prints the whole AppArmor profile for the bubblewrap that is there, and the sysctl as second way', () => {
    const bwrap = { path: '/opt/bwrap', version: '0.9.0', setuid: false };
    const { steps } = remedyFor({ ...FINE, apparmor_restrict_unprivileged_userns: 1, bwrap });
    const text = steps.join('\n');
    expect(text).toContain(
      "sudo tee /etc/apparmor.d/llmclis-bwrap > /dev/null <<'PROFILE'\nabi <abi/4.0>,\ninclude <tunables/global>\n\nprofile llmclis-bwrap /opt/bwrap flags=(unconfined) {\n  userns,\n  include if exists <local/llmclis-bwrap>\n}\nPROFILE\nsudo apparmor_parser -r /etc/apparmor.d/llmclis-bwrap",
    );
    expect(text.indexOf('sysctl -w kernel.apparmor_restrict_unprivileged_userns=0')).toBeGreaterThan(
      text.indexOf('apparmor_parser'),
    );
  });

  it('does not blame what does not stop root', () => {
    const asRoot = { ...FINE, root: true, unprivileged_userns_clone: 0 };
    expect(remedyFor(asRoot).id).toBe('unknown');
  });
});

describe('the facts of a machine', () => {
  const at = (files: Readonly<Record<string, string>>, release = '6.8.0', uid = 1000) =>
    factsOf(
      { read: path => files[path] ?? null, platform: 'linux', arch: 'x64', release, uid },
      { bwrap: null, complaint: null },
    );

  it('are read from its files', () => {
    const facts = at({
      '/etc/os-release': 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE="debian other"\n',
      '/proc/self/status': 'Name: x',
      '/proc/sys/user/max_user_namespaces': '0\n',
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n',
    });
    expect(facts).toMatchObject({
      os: { id: 'ubuntu', like: ['debian', 'other'], name: 'Ubuntu 24.04.1 LTS' },
      has_proc: true,
      max_user_namespaces: 0,
      unprivileged_userns_clone: null,
      apparmor_restrict_unprivileged_userns: 1,
      wsl: null,
      container: null,
      root: false,
    });
  });

  it.each([
    ['4.4.0-19041-Microsoft', 1],
    ['5.15.153.1-microsoft-standard-WSL2', 2],
    ['6.8.0-31-generic', null],
  ])('tell WSL from its kernel: %s', (release, wsl) => expect(at({}, release).wsl).toBe(wsl));

  it.each([
    ['docker', { '/.dockerenv': '' }],
    ['podman', { '/run/.containerenv': '' }],
    ['kubernetes', { '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'a', '/.dockerenv': '' }],
    ['another', { '/proc/1/environ': 'container=lxc\0' }],
    [null, { '/proc/1/cgroup': '0::/init.scope\n' }],
  ])('tell a container: %s', (container, files) => expect(at(files).container).toBe(container));
});
