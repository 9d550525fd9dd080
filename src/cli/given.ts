type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that have a value: what a person did not give is absent, not undefined. */
export function given<T extends object>(fields: T): Given<T> {
  // Only fields that are not undefined are left, which is what the type says.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
