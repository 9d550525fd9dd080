/** Things of the host that an attacker would like to reach, made for the probes so that nothing of the person's is touched. */
export type Scene = {
  /** The worktree that the probes' command is run in. */
  readonly root: string;
  /** Stands for the person's home. */
  readonly home: string;
  /** Stands for our own data folder. */
  readonly data: string;
  /** Stands for the project's repository. */
  readonly project: string;
  /** A socket in the file system that somebody listens on, and an abstract one by its name. */
  readonly socket: string;
  readonly abstract: string;
  readonly tcp: number;
  readonly udp: number;
  /** A process of the host with a secret in its environment, and a word that is in its command line only. */
  readonly witness: number;
  readonly word: string;
  /** The secret that is in every file, variable and process above. */
  readonly secret: string;
  /** Numbers of system calls on this machine. */
  readonly calls: Readonly<Record<string, number>>;
};

export type Probe = {
  readonly name: string;
  /** What an attacker does. */
  readonly attack: string;
  /** Bash that ends with 0 when the attack worked, with 77 when it could not be tried. */
  readonly tries: (scene: Scene) => string;
  /** Shows by itself that it can work: without a sandbox it does, for anybody, and harms nothing. */
  readonly worksOutside?: boolean;
};

/** Something harmless that must work; the same way round: 0 is "it worked". */
export type Control = { readonly name: string; readonly tries: (scene: Scene) => string };

/** Ends with 77 where none of the programs is there. */
const withOne = (...tries: readonly (readonly [program: string, line: string])[]): string =>
  `${tries.map(([program, line]) => `if command -v ${program} >/dev/null; then ${line}; exit; fi`).join('; ')}; exit 77`;

/** Connects to a socket of the file system; an `@` before the name makes it an abstract one. */
export const connectUnix = (name: string): string => {
  const perl = name.startsWith('@') ? `"\\0${name.slice(1)}"` : `"${name}"`;
  return withOne(
    [
      'perl',
      `perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or exit 1; connect(S, pack_sockaddr_un(${perl.replaceAll('@', '\\@')})) or exit 1'`,
    ],
    [
      'python3',
      `python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("${name.startsWith('@') ? `\\0${name.slice(1)}` : name}")'`,
    ],
  );
};

/** Makes a system call; 0 unless the system says "not permitted" or "not implemented". */
export const systemCall = (number: number | undefined, ...args: readonly number[]): string => {
  if (number === undefined) return 'exit 77';
  const list = [number, ...args].join(', ');
  return withOne(
    ['perl', `perl -e 'my $r = syscall(${list}); exit($r < 0 && ($! == 1 || $! == 38) ? 1 : 0)'`],
    [
      'python3',
      `python3 -c 'import ctypes,sys; c=ctypes.CDLL(None,use_errno=True); r=c.syscall(${list}); sys.exit(1 if r<0 and ctypes.get_errno() in (1,38) else 0)'`,
    ],
  );
};
