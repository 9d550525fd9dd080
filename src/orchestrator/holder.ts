/** Who holds the claims of a run. */
export const runHolder = (runId: string): string => `run ${runId}`;

/** Is the holder of a claim a run, not a person or another program? */
export const isRunHolder = (holder: string): boolean => /^run [0-9a-z]+$/.test(holder);
