/** Cosines of a query to entries, by memory id: an entry of several pieces has that of its best piece. */
export type DenseScores = {
  readonly cosines: ReadonlyMap<number, number>;
  /** True when every entry of the scope that has a vector is in it; false when only the best are. */
  readonly complete: boolean;
};

/**
 * What recall asks of vectors; null when they have nothing to say: no embedder, no vectors yet, no signal in this project, trouble.
 * Never throws and never writes.
 */
export type DenseSearch = (
  query: string,
  scope: { readonly projectId: number; readonly limit: number },
) => Promise<DenseScores | null>;
