/** The reading of the plan format that this version has; 1 took what is a field now as a part of the description. */
export const READER = 2;

/** Sizes in `plan_files` that stand for something else: a file that is not there, a folder in which plans are looked for. */
export const MISSING = -1;
export const FOLDER = -2;
