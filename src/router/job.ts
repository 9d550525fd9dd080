import type { Attempt, BlockReason } from '../core/task.ts';
import type { FailureWord } from './failure-words.ts';

/** What is to be done, as far as choosing a model goes. */
export type Job = {
  readonly role: string;
  readonly tags: readonly string[];
  /** 0 most urgent … 4 least. */
  readonly priority: number;
  readonly private: boolean;
  /** Estimated tokens of the first prompt; 0 when unknown. */
  readonly est_tokens: number;
  /** Turns of the task since it was last opened, oldest first, all roles. */
  readonly attempts: readonly Attempt[];
  /** How the last turn failed, for the rules; null: as the attempts say. */
  readonly failure: FailureWord | null;
};

export type Passed = readonly { readonly model: string; readonly because: string }[];
export type RouteDecision =
  | {
      readonly kind: 'use';
      readonly model: string;
      readonly location: 'local' | 'cloud';
      /** Place in the ladder, from 0; never less than that of an earlier turn of the task. */
      readonly rung: number;
      readonly action: 'first' | 'retry_with_evidence' | 'escalate';
      /** Name of the rule that matched, if one did. */
      readonly rule: string | null;
      readonly because: string;
      readonly passed_over: Passed;
    }
  | {
      readonly kind: 'exhausted';
      readonly reason: BlockReason;
      readonly rule: string | null;
      readonly because: string;
      readonly passed_over: Passed;
    }
  | {
      readonly kind: 'none';
      readonly because: string;
      readonly hint: string;
      readonly rule: string | null;
      readonly passed_over: Passed;
    };
