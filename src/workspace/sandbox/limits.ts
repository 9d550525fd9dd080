import type { CommandResult } from '../../core/workspace.ts';

/** How much one command may take. */
export type Limits = {
  /** Memory of everything the command started, together; also the most of one process, and of what it keeps in /tmp. */
  readonly memory_mb: number;
  readonly processes: number;
  /** One file. */
  readonly file_mb: number;
  /** Open files of one process. */
  readonly open_files: number;
  /** Free space that the disk under the worktree must keep. */
  readonly disk_free_mb: number;
};

/** Half of the machine's memory; the other numbers stand far above what a build takes. */
export const defaultLimits = (machine_mb: number): Limits => ({
  memory_mb: Math.max(512, Math.floor(machine_mb / 2)),
  processes: 4096,
  file_mb: 4096,
  open_files: 16_384,
  disk_free_mb: 200,
});

/** The least that one process may map: a runtime maps more than it fills. */
const LEAST_DATA_MB = 2048;

/**
 * The limits that the kernel keeps for each process, as options of bash's `ulimit`. Not the address space (`-v`): Node, Go and Java
 * reserve far more of it than they use. `-u` counts inside the sandbox's own user namespace.
 */
export const processLimits = (limits: Limits): readonly string[] => [
  '-c 0',
  `-f ${limits.file_mb * 1024}`,
  `-n ${limits.open_files}`,
  `-u ${limits.processes}`,
  `-d ${Math.max(limits.memory_mb, LEAST_DATA_MB) * 1024}`,
];

/** The sign of its end is in what a program says: the kernel only refuses one call. */
const SIGNS: readonly {
  readonly sign: RegExp;
  readonly exits: readonly number[];
  readonly says: (limits: Limits) => string;
}[] = [
  {
    sign: /File size limit exceeded|\bEFBIG\b|File too large/,
    exits: [153],
    says: ({ file_mb }) => `No file may grow beyond ${file_mb} MB here (file_mb).`,
  },
  {
    sign: /fork: (?:retry: )?Resource temporarily unavailable|\b(?:spawn|fork)\b.*\bEAGAIN\b|can't start new thread|BlockingIOError: \[Errno 11\]|unable to create.*thread/i,
    exits: [],
    says: ({ processes }) => `A command may have at most ${processes} processes and threads at once.`,
  },
  {
    sign: /\bEMFILE\b|Too many open files/,
    exits: [],
    says: ({ open_files }) => `A process may have at most ${open_files} files open.`,
  },
  {
    sign: /Cannot allocate memory|\bENOMEM\b|MemoryError|std::bad_alloc|OutOfMemoryError|out of memory/i,
    exits: [],
    says: ({ memory_mb }) => `A command may use at most ${memory_mb} MB of memory (setting memory_mb).`,
  },
  {
    sign: /No space left on device|\bENOSPC\b/,
    exits: [],
    says: ({ memory_mb }) =>
      `/tmp and /dev/shm hold at most ${memory_mb} MB here; larger files belong into the worktree, in a folder that git ignores.`,
  },
];

/** Which limits a failed command seems to have met, each with its number; nothing for one that did its work. */
export function limitNotes(result: Pick<CommandResult, 'exit' | 'output'>, limits: Limits): readonly string[] {
  if (result.exit === 0) return [];
  const end = result.output.slice(-8000);
  return SIGNS.filter(({ sign, exits }) => sign.test(end) || exits.includes(result.exit ?? -1)).map(({ says }) =>
    says(limits),
  );
}
