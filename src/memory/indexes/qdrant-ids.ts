import { createHash } from 'node:crypto';

/** How a database names what it keeps on a server that others may share. */
export type QdrantNames = {
  /** Follows the collection that is whole. */
  readonly alias: string;
  readonly collection: string;
  pointId(memoryId: number, chunk: number): string;
};

const CHUNKS = 0x10000;

/** `model` names the vectors; what is kept of a point has the version `schema`. Another model or schema is another collection. */
export function qdrantNames(storeId: string, model: string, schema: number): QdrantNames {
  const store = createHash('sha256').update(storeId).digest('hex');
  const alias = `llmclis_memory_${store.slice(0, 12)}`;
  const digest = createHash('sha256').update(`${schema}\n${model}`).digest('hex').slice(0, 8);
  const [one, two, three] = [store.slice(0, 8), store.slice(8, 12), store.slice(12, 15)];
  return {
    alias,
    collection: `${alias}_${digest}`,
    // A UUID of our own kind (version 8). In their order points come by entry, then piece.
    pointId(memoryId, chunk) {
      if (chunk >= CHUNKS) throw new Error(`Entry ${memoryId} has too many pieces.`);
      const entry = memoryId.toString(16).padStart(11, '0');
      const piece = chunk.toString(16).padStart(4, '0');
      return `${one}-${two}-8${three}-8${entry.slice(0, 3)}-${entry.slice(3)}${piece}`;
    },
  };
}

/** The entry and piece of a point; null for an id that is none of ours. */
export function pieceOf(id: unknown): { readonly memory_id: number; readonly chunk: number } | null {
  const [, high, low, chunk] =
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8([0-9a-f]{3})-([0-9a-f]{8})([0-9a-f]{4})$/.exec(String(id)) ?? [];
  if (high === undefined || low === undefined || chunk === undefined) return null;
  return { memory_id: Number.parseInt(high + low, 16), chunk: Number.parseInt(chunk, 16) };
}
