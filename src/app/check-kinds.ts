import { CHECK_KINDS } from '../checks/checks.ts';
import type { CheckKindCard } from './check-types.ts';

/** The table of kinds as data, in its own order. */
export const checkKinds = (): readonly CheckKindCard[] =>
  Object.values(CHECK_KINDS).map(({ name, summary, guard, example, options }) => ({
    name,
    summary,
    guard,
    example,
    options: Object.entries(options.shape).map(([option, schema]) => ({
      name: option,
      help: schema.description ?? '',
      required: !schema.safeParse(undefined).success,
    })),
  }));
