import { oneLine } from '../core/sentence.ts';
import type { PlanSync } from '../km/plan/plan.ts';

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** What a sync did, in one sentence. */
function syncSentence({ changed_files, to_database, to_file }: PlanSync): string {
  if (to_database === 0 && to_file === 0 && changed_files.length === 0) return 'In step, nothing to do.';
  const files = changed_files.length === 0 ? '' : ` (${oneLine(changed_files.join(', '), 200)})`;
  return `${count(to_database, 'change')} to the database, ${to_file} to the plan${files}.`;
}

/** All that a sync is worth telling; one that only found something to warn of does not say that all is well. */
export function syncLines(sync: PlanSync): readonly string[] {
  const idle = sync.to_database === 0 && sync.to_file === 0 && sync.changed_files.length === 0;
  const conflicts = conflictLines(sync.conflicts);
  return idle && conflicts.length > 0 ? conflicts : [syncSentence(sync), ...conflicts];
}

/** What a sync could not bring together without keeping both, or did not take. */
function conflictLines(conflicts: PlanSync['conflicts']): readonly string[] {
  return conflicts.map(({ key, field, file, database }) => {
    if (field === 'file')
      return `  ${key} is ${file}: its tasks are kept as they are. Take it out of \`plans\` if it is gone for good.`;
    const [said, had] = [oneLine(file, 60), oneLine(database, 60)].map(text => JSON.stringify(text));
    return `  ${key} ${field}: both sides changed it; the file says ${said}, the database said ${had}; both are kept.`;
  });
}
