/** The few looks at a project's files that finding its test command needs; paths are relative to its root. */
export type ProjectFiles = {
  /** Text of a file, null when it is not there. */
  read(relative: string): string | null;
  exists(relative: string): boolean;
  /** Names of the folders at the top. */
  folders?(): readonly string[];
};

export type Detected = {
  readonly commands: readonly string[];
  /** Where it was found, for example `package.json script "test"`. */
  readonly from: string;
  /** What a person should know before relying on it. */
  readonly warnings: readonly string[];
};

/** One way a project may say how it is tested; null when it does not. Pure over the files. */
export type Finder = (files: ProjectFiles) => Detected | null;

export const detected = (command: string, from: string, warnings: readonly string[] = []): Detected => ({
  commands: [command],
  from,
  warnings,
});
