import { type AppOptions, openCore } from './app/core.ts';
import { listRuns, requestRun, runEvents, taskEvidence } from './app/runs.ts';
import type { App } from './app/types.ts';
import { ok } from './core/failure.ts';

export { type AppOptions, homeOf, systemClock } from './app/core.ts';
export type * from './app/types.ts';

/** The composition root: the only place that builds adapters. Each part is loaded when it is first used. */
export function openApp(options: AppOptions): App {
  const core = openCore(options);
  const { clock } = core;
  const nothing = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };
  return {
    version: core.version,
    home: core.home,
    cwd: core.cwd,
    now: () => clock.now(),
    km: core.km,
    project: core.project,
    hotNext: core.hotNext,
    changeNumber: core.changeNumber,
    close: core.close,
    async memory() {
      return (await import('./app/memory.ts')).openMemory(core);
    },
    async memoryRecord() {
      return (await import('./app/memory-record.ts')).openRecord(core);
    },
    async exportMemory(project, wish) {
      return (await import('./app/memory-files.ts')).exportMemory(core, project, wish);
    },
    async importMemory(project, wish) {
      return (await import('./app/memory-files.ts')).importMemory(core, project, wish);
    },
    async enableEmbedder(wish, talk) {
      return (await import('./app/embedder-enable.ts')).enableEmbedder(core, wish, talk);
    },
    async disableEmbedder() {
      return (await import('./app/embedder-enable.ts')).disableEmbedder(core);
    },
    async memoryStatus() {
      return (await import('./app/memory-status.ts')).memoryStatus(core);
    },
    async tendMemory(wish) {
      return (await import('./app/memory-upkeep.ts')).tendMemory(core, wish);
    },
    async memoryNotices() {
      return core.once((await import('./app/memory-parts.ts')).memoryParts).notices();
    },
    async reindexMemory(wish) {
      return (await import('./app/memory-upkeep.ts')).reindexMemory(core, wish);
    },
    async evaluateMemory(wish) {
      return (await import('./app/memory-evaluate.ts')).evaluateMemory(core, wish);
    },
    async verifyMemory(wish) {
      return (await import('./app/memory-verify.ts')).verifyMemory(core, wish);
    },
    async settings(project) {
      return (await import('./app/settings.ts')).settingsOf(core, project ?? null, {});
    },
    async pullPlans(project) {
      const km = core.km();
      if (!km.ok) return km;
      if (core.plansUnchanged(km.value, project)) return ok(nothing);
      return (await import('./app/plan-commands.ts')).pullPlans(core, km.value, project);
    },
    async syncPlans(project, agent) {
      const km = core.km();
      if (!km.ok) return km;
      if (core.hasNoPlan(km.value, project)) return ok(nothing);
      return (await import('./app/plan-commands.ts')).syncPlans(core, project, agent);
    },
    async importPlan(project, wanted) {
      return (await import('./app/import.ts')).importSource(core, project, wanted);
    },
    async exportPlan(project, wanted) {
      return (await import('./app/export.ts')).exportTasks(core, project, wanted);
    },
    async watchPlans(project, options) {
      return (await import('./app/plan-watch.ts')).watchPlans(core, project, options);
    },
    async verify(wish, onCommit, signal) {
      return (await import('./app/verify.ts')).verify(core, wish, onCommit, signal);
    },
    async checkPlan(project, file) {
      return (await import('./app/plan-check.ts')).checkPlans(core, project, file);
    },
    async check(project, wish, onRow, signal) {
      return (await import('./app/check.ts')).runChecks(core, project, wish, onRow, signal);
    },
    async readCheck(text) {
      const read = (await import('./checks/checks.ts')).parseCheck(text);
      return read.ok ? ok(undefined) : read;
    },
    async checkKinds() {
      return (await import('./app/check-kinds.ts')).checkKinds();
    },
    async reportIssue(project, report) {
      return (await import('./app/plans.ts')).reportIssue(project, clock, report);
    },
    async noteResearch(project, report) {
      return (await import('./app/plans.ts')).noteResearch(project, clock, report);
    },
    async init(wanted) {
      return (await import('./app/git-commands.ts')).init(core, wanted);
    },
    async explainRoute(query) {
      return (await import('./app/model-commands.ts')).explain(core, query);
    },
    async providerStatus(registry) {
      return (await import('./app/model-commands.ts')).providerStatus(core, registry);
    },
    async smoke(model, registry) {
      return (await import('./app/model-commands.ts')).smoke(core, model, registry);
    },
    async dryRun(project, wanted) {
      return (await import('./app/model-commands.ts')).dryRun(core, project, wanted);
    },
    async orchestrate(project, wanted, onEvent, signal, person) {
      return (await import('./app/orchestrate.ts')).orchestrate(core, project, wanted, onEvent, signal, person);
    },
    async startRun(project) {
      return (await import('./app/start-run.ts')).startRun(core, project);
    },
    runs: project => listRuns(core, project),
    runEvents: (runId, afterSeq) => runEvents(core, runId, afterSeq),
    taskEvidence: task => taskEvidence(core, task),
    requestRun: (runId, kind, payload) => requestRun(core, runId, kind, payload ?? ''),
    async answerTask(project, key, text) {
      return (await import('./app/git-commands.ts')).answer(core, project, key, text);
    },
    async doctor(project, options) {
      return (await import('./app/doctor.ts')).examine(core, project, options);
    },
    async permissions(project) {
      return (await import('./app/permissions.ts')).permissionsOf(core, project);
    },
    async decidePermissions(project, wanted, word) {
      return (await import('./app/permissions.ts')).decidePermissions(core, project, wanted, word);
    },
    async revokePermission(project, id) {
      return (await import('./app/permissions.ts')).revokePermission(core, project, id);
    },
    async acceptTask(project, key) {
      return (await import('./app/git-commands.ts')).accept(core, project, key);
    },
    async taskDiff(task, wish) {
      return (await import('./app/history.ts')).taskDiff(core, task, wish);
    },
    async pastProject(project, time, options) {
      return (await import('./app/history.ts')).pastProject(core, project, time, options);
    },
    async undo(project, wish) {
      return (await import('./app/history.ts')).undo(core, project, wish);
    },
    async undoMerge(project, wish) {
      return (await import('./app/undo-merge.ts')).undoMerge(core, project, wish);
    },
    async backup(file, options) {
      return (await import('./app/safety.ts')).backup(core, file, options);
    },
    async restore(file, options) {
      return (await import('./app/safety.ts')).restore(core, file, options);
    },
    async exportContent(projectId, to) {
      return (await import('./app/safety.ts')).exportContent(core, projectId, to);
    },
    async importContent(from, options) {
      return (await import('./app/safety.ts')).importContent(core, from, options);
    },
    async kmDoctor(options) {
      return (await import('./app/safety.ts')).doctor(core, options);
    },
    async rejectTask(project, key, because) {
      return (await import('./app/git-commands.ts')).reject(core, project, key, because);
    },
    async demo(wanted, onEvent, signal) {
      return (await import('./app/orchestrate.ts')).demo(core, wanted, onEvent, signal);
    },
  };
}
