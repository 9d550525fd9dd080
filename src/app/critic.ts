import type { Task } from '../core/task.ts';
import type { ModelPort } from '../orchestrator/ports.ts';
import { ladderFor, type RouteContext, type Rung } from '../router/ladder.ts';
import type { Registry } from '../router/registry.ts';

/**
 * Who reads the work last: the registry's role `critic`, cheapest first; where there is none, the tester's ladder from its top. The
 * model that wrote the work is asked only when there is no other.
 */
export function criticFor(
  registry: Registry,
  context: RouteContext,
  task: Pick<Task, 'private' | 'tags'>,
  writer: string,
): ReturnType<ModelPort['critic']> {
  const known = Object.hasOwn(registry.roles, 'critic');
  const { rungs, passed_over } = ladderFor(registry, known ? 'critic' : 'tester', {
    ...context,
    privateTask: task.private,
    tags: task.tags,
  });
  const order: readonly Rung[] = known ? rungs : rungs.toReversed();
  const rung = order.find(({ model }) => model !== writer) ?? order[0];
  if (rung !== undefined) return { kind: 'use', model: rung.model, location: rung.location };
  const why = passed_over.map(({ model, because }) => `${model}: ${because}`).join('; ');
  return { kind: 'none', because: `No model can be asked${why === '' ? '' : ` (${why})`}.` };
}
