/** What the thread of the model is started with. */
export type WorkerSetup = {
  /** A file in the folder from which `@huggingface/transformers` is found. */
  readonly from: string;
  /** Folder of the model, its whole path. */
  readonly folder: string;
  readonly dtype: string;
  readonly pooling: 'mean' | 'cls' | 'last';
};

/** A question to the thread; the first one loads the model. */
export type WorkerCall = { readonly id: number; readonly kind: 'embed' | 'tokens'; readonly text: string };

/** `close` ends the thread when what it has in hand is done. */
export type WorkerMessage = WorkerCall | 'close';

export type WorkerAnswer =
  | { readonly id: number; readonly vector: Float32Array }
  | { readonly id: number; readonly tokens: number }
  | { readonly id: number; readonly problem: string };
