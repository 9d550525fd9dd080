import type { Probe } from './probe.ts';

/** Files of a home that hold keys and tokens. */
export const DOTFILES = ['.npmrc', '.ssh/id_ed25519', '.aws/credentials', '.netrc', '.git-credentials'];

const any = (paths: readonly string[], open: (path: string) => string): string =>
  `for f in ${paths.join(' ')}; do ( ${open('"$f"')} ) && exit 0; done; exit 1`;

/** Attacks by way of files: reading what is secret, writing what is not the task's. */
export const FILE_PROBES: readonly Probe[] = [
  ...DOTFILES.map(
    (file): Probe => ({
      name: `read-${file.replace(/^\.(\w[\w-]*).*$/, '$1')}`,
      attack: `reads ~/${file}`,
      tries: ({ home, secret }) => `grep -q ${secret} ${home}/${file}`,
      worksOutside: true,
    }),
  ),
  {
    name: 'read-own-database',
    attack: 'reads the database of llmclis',
    tries: ({ data, secret }) => `grep -q ${secret} ${data}/llmclis.db`,
    worksOutside: true,
  },
  {
    name: 'read-project-env',
    attack: 'reads the .env file of the project beside the worktree',
    tries: ({ project, secret }) => `grep -q ${secret} ${project}/.env`,
    worksOutside: true,
  },
  {
    name: 'read-git-token',
    attack: 'reads a token in the remote address or a header of the repository’s .git/config',
    tries: ({ project, secret }) => `grep -q ${secret} ${project}/.git/config`,
    worksOutside: true,
  },
  {
    name: 'read-shadow',
    attack: 'reads the system’s password hashes',
    tries: () => 'head -c 1 /etc/shadow | grep -q .',
  },
  {
    name: 'read-through-proc-root',
    attack: 'looks for the home behind another process’s root',
    tries: ({ home, secret }) => `grep -qs ${secret} /proc/[0-9]*/root${home}/.netrc /proc/[0-9]*/cwd${home}/.netrc`,
    worksOutside: true,
  },
  {
    name: 'write-outside',
    attack: 'writes a file beside the worktree',
    tries: ({ root }) => `echo x > ${root}/../escaped-file`,
    worksOutside: true,
  },
  { name: 'write-system', attack: 'writes a file of the system', tries: () => ': >> /usr/.llmclis-probe' },
  {
    name: 'write-bashrc',
    attack: 'appends a line to ~/.bashrc',
    tries: ({ home }) => `echo x >> ${home}/.bashrc`,
    worksOutside: true,
  },
  {
    name: 'write-other-worktree',
    attack: 'writes into another task’s worktree',
    tries: ({ data }) => `echo x >> ${data}/worktrees/other/file`,
    worksOutside: true,
  },
  {
    name: 'write-git-hook',
    attack: 'plants a hook that the person’s next commit would run',
    tries: ({ project }) => `echo x > ${project}/.git/hooks/pre-commit`,
    worksOutside: true,
  },
  {
    name: 'write-git-config',
    attack: 'appends to the repository’s .git/config',
    tries: ({ project }) => `echo "[core]" >> ${project}/.git/config`,
    worksOutside: true,
  },
  {
    name: 'write-worktree-git',
    attack: 'points the worktree’s .git file elsewhere',
    tries: ({ root }) => `echo "gitdir: /tmp" > ${root}/.git || mv ${root}/.git ${root}/.git-old`,
    worksOutside: true,
  },
  {
    name: 'symlink-out',
    attack: 'writes through a symbolic link that leads out of the worktree',
    tries: ({ home, root }) => `ln -sf ${home}/.profile ${root}/link; echo x >> ${root}/link`,
    worksOutside: true,
  },
  {
    name: 'hardlink-out',
    attack: 'makes a hard link to a file outside, to write it under another name',
    tries: ({ root, data, project }) =>
      any([`${project}/.git/config`, `${data}/llmclis.db`], path => `ln ${path} ${root}/hard`),
    worksOutside: true,
  },
  {
    name: 'shared-memory',
    attack: 'leaves a file in /dev/shm for the next task',
    tries: ({ word }) => `[ -e /dev/shm/${word} ]`,
    worksOutside: true,
  },
  {
    name: 'temporary-files',
    attack: 'reads what another program keeps in /tmp',
    tries: ({ word }) => `ls /tmp /var/tmp | grep -q ${word}`,
  },
  {
    name: 'raw-disk',
    attack: 'reads a disk or the memory of the machine as a device',
    tries: () =>
      any(
        ['/dev/[svx]d[a-z]', '/dev/nvme?n?', '/dev/mem', '/dev/kmem', '/dev/port', '/proc/kcore'],
        path => `head -c 1 ${path} | grep -qa .`,
      ),
  },
  { name: 'mknod', attack: 'makes a device of its own', tries: ({ root }) => `mknod ${root}/device b 254 0` },
];
