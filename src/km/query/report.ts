import { ok, type Result } from '../../core/failure.ts';
import type { Task } from '../../core/task.ts';
import type { Report, ReportOptions, ReportPage, TaskOrder } from '../km.ts';
import type { Store } from '../store.ts';
import { STALE_DAYS } from './filter-fields.ts';
import { metBy } from './next-query.ts';
import { becauseOf } from './next-task.ts';
import { searchTasks } from './search.ts';
import { waitsOn } from './why.ts';

const ORDERS: Readonly<Record<Report, TaskOrder>> = { ready: 'next', blocked: 'plan', stale: 'oldest' };
const DAY_MS = 86_400_000;

/** One of the lists that say why: what is ready in the order of work, what is blocked in the plan's, what is stale the oldest first. */
export function taskReport(
  store: Store,
  projectId: number,
  report: Report,
  { filter = '', days = STALE_DAYS, ...options }: ReportOptions,
): Result<ReportPage> {
  const own = report === 'stale' ? `stale:${days}d` : `is:${report}`;
  const page = searchTasks(store, projectId, `${own} ${filter}`, { ...options, order: ORDERS[report] });
  if (!page.ok) return page;
  const tasks = page.value.tasks.map(task => ({ ...task, ...reasons(store, report, task) }));
  return ok({ ...page.value, tasks });
}

function reasons(store: Store, report: Report, task: Task): { because: string; on?: readonly string[] } {
  switch (report) {
    case 'ready':
      return { because: becauseReady(store, task) };
    case 'blocked': {
      const on = waitsOn(store.q, task);
      return { because: `waits for ${on.join(', ')}`, on };
    }
    case 'stale':
      return { because: becauseStale(task, store) };
  }
}

function becauseReady({ q }: Store, task: Task): string {
  const lease = task.claim === null ? null : { holder: task.claim.holder, expired_at: task.claim.expires_at };
  return becauseOf({ task, met: metBy(q, task), lease }, 'it may be taken now');
}

function becauseStale({ status, claim, updated_at }: Task, { clock, now }: Store): string {
  const days = Math.floor((clock.now().getTime() - Date.parse(updated_at)) / DAY_MS);
  const still = `${days < 1 ? 'no change today' : `no change for ${days} ${days === 1 ? 'day' : 'days'}`}`;
  if (status === 'pending') return still;
  if (claim === null) return `in progress, ${still}`;
  return claim.expires_at <= now()
    ? `${claim.holder} gave no sign of life since ${claim.expires_at}`
    : `${claim.holder} works on it, ${still}`;
}
