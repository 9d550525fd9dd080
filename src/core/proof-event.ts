import type { Certificate, MutationReport } from './proof.ts';

type OnTask = { readonly task: string };

/** The payloads of the events that are about evidence. */
export type ProofPayloads = {
  /** The proving checks were run on small wrong variants of the change. */
  'mutants.ended': OnTask &
    MutationReport & {
      readonly strong: boolean;
      readonly written_by: 'tester' | 'person';
      /** Why fewer were tried than could be made, when it is so. */
      readonly note?: string;
    };
  /** A test that the tester wrote lets too many wrong variants pass: it goes back, the work is set aside meanwhile. */
  'test.weak': OnTask & { readonly detail: string; readonly model: string; readonly work_tree: string };
  /** The work that was set aside is taken up again, beside the stronger test. */
  'work.restored': OnTask & { readonly tree: string };
  /** A second model read task, diff and checks; it can only refuse, and a refusal names a test to write. */
  'critic.said': OnTask & {
    readonly tree: string;
    readonly model: string;
    readonly accepts: boolean;
    readonly detail: string;
    /** False when it could not be asked, or gave no answer: then it has no objection. */
    readonly asked: boolean;
  };
  /** The certificate of a merged task; the same is a git note on its commit. */
  'proof.certified': OnTask & { readonly certificate: Certificate; readonly ref: string };
};
