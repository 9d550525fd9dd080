/** A condition on the task `t` as SQL, with the values that are bound to its question marks. */
export type Condition = readonly [sql: string, ...values: readonly (string | number)[]];

export type Where = { readonly sql: string; readonly values: readonly (string | number)[] };

/** `WHERE a AND b`, with the values of both. */
export const whereAll = (conditions: readonly Condition[]): Where => ({
  sql: `WHERE ${conditions.map(([sql]) => `(${sql})`).join(' AND ')}`,
  values: conditions.flatMap(([, ...values]) => values),
});

/** One of these at least. */
export const anyOf = (conditions: readonly Condition[]): Condition => [
  conditions.map(([sql]) => `(${sql})`).join(' OR '),
  ...conditions.flatMap(([, ...values]) => values),
];

/** Where the condition is false or says nothing, because the task has no such value. */
export const notThat = ([sql, ...values]: Condition): Condition => [`(${sql}) IS NOT TRUE`, ...values];

/** The text as a pattern of `LIKE … ESCAPE '\'` that matches itself only. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
