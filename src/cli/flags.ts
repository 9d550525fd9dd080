/** A flag as data: its name in the table is what people type after `--`, with `_` and `-` alike. */
export type Flag = {
  readonly help: string;
} & (
  | { readonly type: 'boolean' }
  | { readonly type: 'string'; readonly value: string; readonly choices?: readonly string[]; readonly required?: true }
  /** May be given several times. */
  | { readonly type: 'list'; readonly value: string; readonly choices?: readonly string[] }
  | {
      readonly type: 'number';
      readonly value: string;
      readonly min?: number;
      readonly max?: number;
      /** Fractions are fine; else whole numbers only. */
      readonly fraction?: true;
    }
);
export type FlagTable = Readonly<Record<string, Flag>>;

/** A positional argument; its name in the table, in capitals, is what the help shows. */
export type Argument = {
  readonly help: string;
  readonly required?: true;
  /** Takes all the words that are left, joined by spaces, so that a text needs no quotes. */
  readonly rest?: true;
  /** Takes all the words that are left, each for itself; the value is a list. */
  readonly list?: true;
  /** Words with one dash before them, such as `-tag:api`, belong to it. */
  readonly dashes?: true;
};
export type ArgumentTable = Readonly<Record<string, Argument>>;

type Text<F> = F extends { readonly choices: readonly (infer C)[] } ? C : string;
export type FlagValue<F extends Flag> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly type: 'list' }
    ? readonly Text<F>[]
    : F extends { readonly type: 'number' }
      ? number | undefined
      : F extends { readonly required: true }
        ? Text<F>
        : Text<F> | undefined;
export type FlagValues<F extends FlagTable> = { readonly [K in keyof F]: FlagValue<F[K]> };
export type ArgumentValues<A extends ArgumentTable> = {
  readonly [K in keyof A]: A[K] extends { readonly list: true }
    ? readonly string[]
    : A[K] extends { readonly required: true }
      ? string
      : string | undefined;
};
