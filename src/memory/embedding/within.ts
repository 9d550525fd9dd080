import { err, type Failure, type Result } from '../../core/failure.ts';

/** What comes later than `milliseconds` is not waited for, also where it cannot be stopped; the failure is `late` then. */
export function within<T>(
  milliseconds: number,
  { signal, late }: { readonly signal: AbortSignal; readonly late: Failure },
  work: (limited: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  const end = new Promise<Result<T>>(resolve => {
    const give = () => resolve(err(late));
    if (limited.aborted) give();
    else limited.addEventListener('abort', give, { once: true });
  });
  return Promise.race([work(limited), end]);
}
