export const REFUSALS = ['checks_failed', 'empty_diff', 'protected_changed', 'already_passing', 'stale'] as const;
/** Why a claim of done was refused; a claim counts once, as the first that applies in the order protected_changed, empty_diff, stale, already_passing, checks_failed. */
export type Refusal = (typeof REFUSALS)[number];

export type RunSummary = {
  readonly because: string;
  /** 0 did what was asked, else as in the exit-code table. */
  readonly exit: number;
  readonly steps: number;
  readonly tasks: {
    readonly done: number;
    readonly blocked: number;
    readonly cancelled: number;
    readonly left: number;
  };
  readonly refused: number;
  readonly refused_by: Readonly<Record<Refusal, number>>;
  readonly escalations: number;
  readonly calls: { readonly local: number; readonly cloud: number };
  readonly tokens: { readonly in: number; readonly out: number };
  readonly usd: number;
  /** Estimate: the tokens of each done task's accepted try at the prices of its role's top cloud rung. */
  readonly usd_all_cloud: number;
  /** True: `usd_all_cloud` is an estimate. */
  readonly estimate: true;
};
