import type { MergeMode, RunEvent } from '../core/event.ts';

/** The next command to type after a run, by what it left behind. */
export function nextStep(
  events: readonly RunEvent[],
  run: { readonly exit: number; readonly merge: MergeMode; readonly target: string | null },
): string {
  const done = events.some(({ type }) => type === 'task.done');
  const takeOver =
    done && run.merge === 'branch' && run.target !== null
      ? [`git merge ${run.target.replace(/^refs\/heads\//, '')}`]
      : [];
  const review =
    run.merge === 'review'
      ? events.flatMap(event =>
          event.type === 'merge.ended' ? [`git merge ${event.ref.replace(/^refs\/heads\//, '')}`] : [],
        )
      : [];
  const blocked = events.flatMap(event => {
    if (event.type !== 'task.blocked') return [];
    if (event.reason === 'needs_input') return [`llmclis task answer ${event.task} "…"`];
    if (event.permission !== undefined) return [`llmclis task answer ${event.task} allow|deny`];
    return event.reason === 'unproven' ? [`llmclis task accept ${event.task}`] : [`llmclis task show ${event.task}`];
  });
  const again = run.exit === 130 || run.exit === 5 ? ['llmclis orchestrate'] : [];
  const steps = [...takeOver, ...review, ...blocked, ...again];
  return steps.length > 0 ? steps.join(' · ') : 'llmclis next';
}
