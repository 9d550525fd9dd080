import type { Result } from './failure.ts';

/** What running one command gave. */
export type CommandResult = {
  /** Exit status; null when a signal ended it. */
  readonly exit: number | null;
  readonly timed_out: boolean;
  /** stdout and stderr as they came, capped at capture: head and tail with a line that says how much is between. */
  readonly output: string;
  /** Bytes before capping. */
  readonly bytes: number;
  /** Absolute path of the whole output when it was capped, else null. */
  readonly file: string | null;
  readonly ms: number;
};

export type SandboxedCommand = {
  /** A line for `bash -c`. */
  readonly command: string;
  /** Absolute path; also the only folder the command may write in (and its own temporary folder). */
  readonly root: string;
  readonly timeout_s: number;
  /** Absolute paths to show read-only beside the system: link targets, the common git folder. */
  readonly readonly_paths: readonly string[];
  /** Where the whole output goes when it is capped. */
  readonly spill_file: string;
  /** Takes secrets out of the output and of what goes to the file. */
  readonly redact?: (text: string) => string;
};

/**
 * Runs untrusted commands. Contract: the whole process tree is dead when `run` resolves, also after a time-out or an
 * abort; nothing of the parent's environment reaches the command but PATH, LANG and a HOME of its own; a command that cannot
 * start is an `err`, one that fails is not.
 */
export type Sandbox = {
  readonly name: 'bubblewrap' | 'sandbox-runtime' | 'none';
  /** One sentence for the person: what this backend protects from, or that it protects from nothing. */
  readonly note: string;
  run(command: SandboxedCommand, signal?: AbortSignal): Promise<Result<CommandResult>>;
};

export type FileChange = { readonly path: string; readonly status: 'added' | 'modified' | 'deleted' };
export type TextMatch = { readonly path: string; readonly line: number; readonly text: string };
/** What an edit will do, before it is done: the journal keeps it as the intent. Hashes are SHA-256 in hex, null for "no file". */
export type PlannedEdit = {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
  readonly bytes: Uint8Array;
  /** What whoever asked for the edit should know of it: what the file really has where the match was not to the letter. */
  readonly note?: string;
};

/**
 * The folder in which one task is worked: a git worktree outside the repository, its ignored dependency folders linked in.
 *
 * Contract: paths are relative to `root`, with `/`; any path that leaves it (`..`, absolute, a symbolic link out, `.git`)
 * is an `err` that says the rule. Bytes outside an edit stay as they were (line endings, BOM, encoding).
 */
export type Workspace = {
  /** Real absolute path. */
  readonly root: string;
  /** Ignored dependency folders that were linked in. */
  readonly linked: readonly string[];
  read(path: string): Promise<Result<{ readonly text: string; readonly lines: number }>>;
  /** Replaces or makes a whole file, in the encoding it had; lines that did not change keep their bytes and line ends. */
  planWrite(path: string, content: string): Promise<Result<PlannedEdit>>;
  /**
   * `old` must occur exactly once; where it is nowhere to the letter, one match is taken that differs in quotes, dashes, white
   * space or forms of accents only. What did not change in the match keeps the file's bytes.
   */
  planReplace(path: string, old: string, next: string): Promise<Result<PlannedEdit>>;
  /** Does the planned edit: a file whose hash is `after` already is left; one that is neither is an `err` `file.changed`. */
  apply(edit: PlannedEdit): Promise<Result<void>>;
  /** Files git does not ignore, sorted, under `path` and matching `glob`; linked dependencies are not listed. */
  list(path?: string, glob?: string): Promise<Result<readonly string[]>>;
  /** Lines matching a JavaScript regular expression, at most 200, each clipped to 300 characters. */
  search(pattern: string, path?: string): Promise<Result<readonly TextMatch[]>>;
  run(
    command: string,
    options: { readonly timeout_s: number; readonly label: string },
    signal?: AbortSignal,
  ): Promise<Result<CommandResult>>;
  /** Tree id of the files as they are now (ignored ones and links left out). Touches neither index nor refs. */
  snapshot(): Promise<Result<string>>;
  /** Makes the files equal to a tree; ignored files and linked dependencies stay. */
  reset(tree: string): Promise<Result<void>>;
  /** From now on the worktree stands on `commit`; its files stay as they are. */
  moveBase(commit: string): Promise<Result<void>>;
  /** Makes only these paths equal to a tree (a path the tree lacks is removed). */
  restore(paths: readonly string[], tree: string): Promise<Result<void>>;
};

export type MergeIntent = { readonly ref: string; readonly old: string | null; readonly new: string };

/**
 * A project's git repository. Contract: never touches what a person has not committed; an overlap is an `err` `git.conflict`
 * that names the paths. Effects are idempotent: done again after a crash they find themselves done.
 */
export type Repository = {
  readonly root: string;
  /** `head` is null in a repository without commits, `branch` when HEAD is detached. */
  state(): Promise<Result<{ readonly head: string | null; readonly branch: string | null }>>;
  /** Commit id a ref or revision names, or null. */
  resolve(revision: string): Promise<string | null>;
  treeOf(commit: string): Promise<Result<string>>;
  /** True when `ancestor` is `descendant` or before it. */
  contains(descendant: string, ancestor: string): Promise<boolean>;
  /** The newest commit that `of` has and `after` has not, whose message contains one of these texts; null when there is none. */
  findCommit(options: {
    readonly of: string;
    readonly after: string;
    readonly texts: readonly string[];
  }): Promise<string | null>;
  /** Branches whose short name matches a `git for-each-ref` pattern such as `llmclis/run-*`, newest commit first. */
  branches(pattern: string): Promise<readonly { readonly name: string; readonly commit: string }[]>;
  /** Opens the worktree at `path` on `base`, or takes it up again as it is when it is there and whole (`kept` is true; `base` is then the commit it stands on). */
  openWorkspace(options: {
    readonly path: string;
    readonly base: string;
    readonly fresh: boolean;
    /** Equips a worktree that was just made; one for which it did not answer true (or was killed) is made anew the next time. */
    readonly prepare?: (workspace: Workspace) => Promise<Result<boolean>>;
  }): Promise<Result<{ readonly workspace: Workspace; readonly kept: boolean; readonly base: string }>>;
  removeWorkspace(path: string): Promise<Result<void>>;
  changes(fromTree: string, toTree: string): Promise<Result<readonly FileChange[]>>;
  /** Unified diff, capped at `max_chars`. */
  patch(fromTree: string, toTree: string, max_chars: number): Promise<Result<string>>;
  /** Text of a file in a tree or commit, null when it is not there. */
  fileAt(tree: string, path: string): Promise<string | null>;
  /** Tree with the entries of `overlay` at `paths` put into `base`. */
  overlay(base: string, overlay: string, paths: readonly string[]): Promise<Result<string>>;
  /** Three-way merge of two commits without touching any working copy; conflicts are an `err` `git.conflict`. */
  mergeTrees(ours: string, theirs: string): Promise<Result<{ readonly tree: string }>>;
  /** Makes a commit object; the person's identity, else `llmclis <llmclis@localhost>`. Same inputs and time give the same id. */
  commitTree(options: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly at: Date;
  }): Promise<Result<string>>;
  /** Commits only these files of the person's working copy, as they are, on the checked-out branch; nothing changed is success. */
  commitFiles(paths: readonly string[], message: string, at: Date): Promise<Result<void>>;
  /** Compare-and-set of a ref. Already at `new` is success. */
  updateRef(intent: MergeIntent): Promise<Result<void>>;
  /** Moves the checked-out branch and the person's working copy from `old` to `new`, leaving their own changes alone. */
  fastForward(intent: MergeIntent): Promise<Result<void>>;
  /** The note of a commit (its whole id) on refs/notes/llmclis, byte for byte; null when it has none. */
  note(commit: string): Promise<string | null>;
  /** Writes the note of a commit; the same text again changes nothing, another text is a new note, and the old one stays in the ref's history. */
  addNote(commit: string, text: string): Promise<Result<void>>;
  /** Ids of the commits that have a note; of those only whose note has a line with this text in it, upper and lower case alike. */
  noted(text?: string): Promise<readonly string[]>;
};
