export { type ChangedFile, mutantsOf, type PlannedMutant, plannedMutants } from './mutants/plan.ts';
