import { parsePlan } from '../plan/parse.ts';
import type { Detection } from './dialect.ts';

const OWN_FIELDS = ['description', 'created', 'last_updated', 'verify', 'notes', 'links', 'depends_on', 'checklist'];

/** How sure it is that a text is a plan in this tool's own format, which the plan reader takes and no dialect. */
export function detectOwnPlan(text: string): Detection {
  const plan = parsePlan(text);
  const bold = plan.tasks.filter(({ content }) => /^\*\*\p{Lu}[\p{L}\p{N}.-]*\d/u.test(content));
  const told = plan.tasks.filter(task => task.chunks.some(({ name }) => OWN_FIELDS.includes(name)));
  const inStage = plan.tasks.filter(({ parent }) => plan.stages.some(({ key }) => key === parent));
  const head = plan.header.editor !== null || (plan.header.updated !== null && plan.done_log !== null);
  if (plan.stages.length > 0 && bold.length > 0 && inStage.length > 0)
    return {
      score: 0.97,
      because: `${plan.stages.length} stages and ${bold.length} tasks such as **${bold[0]?.key} – …**`,
    };
  if (plan.stages.length > 0 && head)
    return { score: 0.95, because: 'stages, and the lines that say who edited the plan last' };
  if (bold.length > 0 && (told.length > 0 || head))
    return { score: 0.93, because: `${bold.length} tasks such as **${bold[0]?.key} – …** with their fields` };
  if (bold.length > 0 && bold.length * 2 >= plan.tasks.length)
    return { score: 0.6, because: `${bold.length} tasks such as **${bold[0]?.key} – …**` };
  return { score: 0, because: 'no stages, and no tasks such as **S1.1 – Title**' };
}
