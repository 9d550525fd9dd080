import { createContext, Script } from 'node:vm';

/** Milliseconds that one match or one validation may take: a pattern can need exponential time. */
const LIMIT_MS = 1_000;

/** What `work` gives, or null when it takes too long. Only code that `vm` runs can be stopped in the middle of a match. */
export function withinTime<T>(work: () => T, limit_ms = LIMIT_MS): { readonly value: T } | null {
  let done: { readonly value: T } | null = null;
  const run = (): void => {
    done = { value: work() };
  };
  try {
    new Script('run()').runInContext(createContext({ run }), { timeout: limit_ms });
    return done;
  } catch (error) {
    // An error of another realm is no instance of ours.
    if (Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}

/** Where the pattern first matches; `too long` when it takes more than its time. */
export function findWithin(expression: RegExp, text: string): RegExpExecArray | null | 'too long' {
  const found = withinTime(() => expression.exec(text));
  return found === null ? 'too long' : found.value;
}
