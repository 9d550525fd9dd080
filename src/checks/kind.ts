import * as z from 'zod';
import type { CheckBench, CheckOutcome } from '../core/check.ts';
import { fail, ok, type Result } from '../core/failure.ts';

type Run = (bench: CheckBench, signal: AbortSignal) => Promise<Result<CheckOutcome>>;

/** A row of the table of checks: everything there is to know about one kind. */
export type CheckKind = {
  readonly name: string;
  /** One sentence: when it is satisfied. */
  readonly summary: string;
  /** Options that may be given without their names, in this order. */
  readonly words: readonly string[];
  /** What each option may be. Values come as text. */
  readonly options: z.ZodObject;
  readonly example: string;
  /** It looks at the change, not at what the code does: red on the base and green on the work says nothing. */
  readonly guard: boolean;
  /** A second model decides. */
  readonly critic: boolean;
  /** Reads the options once; what it gives runs as often as wanted. */
  readonly prepare: (given: Readonly<Record<string, string>>) => Result<Run>;
};

/** Declares a kind; `run` gets its options as the schema reads them. */
export function defineKind<S extends z.ZodObject>(spec: {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly (keyof S['shape'] & string)[];
  readonly options: S;
  readonly example: string;
  readonly guard?: true;
  readonly critic?: true;
  readonly run: (options: z.output<S>, bench: CheckBench, signal: AbortSignal) => Promise<Result<CheckOutcome>>;
}): CheckKind {
  const { name, options, run } = spec;
  return {
    ...spec,
    guard: spec.guard === true,
    critic: spec.critic === true,
    prepare(given) {
      const read = options.safeParse(given);
      if (read.success) return ok((bench, signal) => run(read.data, bench, signal));
      const problems = read.error.issues.map(({ path, code, message }) => {
        const option = path.map(String).join('.');
        if (option === '') return message;
        return code === 'invalid_type' && given[option] === undefined
          ? `it needs ${option}=…`
          : `${option} ${message}, not ${JSON.stringify(given[option])}`;
      });
      return fail('input.invalid', `@${name}: ${problems.join('; ')}.`, `For example: ${spec.example}`);
    },
  };
}

/** An option that has to be given. Its help is for the table in the docs. */
export const text = (help: string) => z.string().min(1, 'must not be empty').describe(help);
export const maybe = (help: string) => z.string().min(1, 'must not be empty').optional().describe(help);

const whole = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);
export const count = (help: string) => whole.optional().describe(help);

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000, g: 1_000_000_000 };
/** `200kB`, `1.5 MB`, `4096`. */
const bytes = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,3})?\s*[kmg]?b?$/i, 'must be a size such as 200kB')
  .transform(value =>
    Math.floor(Number.parseFloat(value) * (UNITS[/[kmg]/i.exec(value)?.[0].toLowerCase() ?? ''] ?? 1)),
  );
export const size = (help: string) => bytes.optional().describe(help);

const isPattern = (value: string): boolean => {
  try {
    return new RegExp(value, 'm') instanceof RegExp;
  } catch {
    return false;
  }
};
const expression = z.string().min(1, 'must not be empty').refine(isPattern, 'must be a JavaScript regular expression');
export const pattern = (help: string) => expression.describe(help);
export const maybePattern = (help: string) => expression.optional().describe(help);

export const TIMEOUT = whole
  .refine(value => value >= 1, 'must be 1 or more')
  .optional()
  .describe('Seconds it may take; default: `check_timeout_s`.');
export const FLAGS = z
  .string()
  .regex(/^[ims]*$/, 'must be some of i, m, s')
  .default('m')
  .describe('Flags of the pattern; default `m`.');
