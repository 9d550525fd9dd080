import type { EventPayloads } from '../../core/event.ts';
import {
  isDue,
  PROJECT_SLOT,
  type ProjectParts,
  projectBody,
  projectSource,
  projectText,
} from '../../memory/summaries/project.ts';
import type { Effects, Ports } from '../ports.ts';
import { mayTell } from '../recall.ts';
import type { RunState } from '../state.ts';
import { writeSummary } from './summarise.ts';

/** Keeps the project's summary in step with those of its tasks, when enough of them are new. */
export async function* refreshProject(key: string, state: RunState, ports: Ports, signal: AbortSignal): Effects {
  const { project, km, memory, run_id, redact } = ports;
  const parts = openParts(ports);
  const found = km.project(project.id);
  const open = found.ok ? found.value.counts.pending + found.value.counts['in-progress'] : 0;
  if (!isDue(parts, open)) return;
  const source = redact(projectSource(parts));
  const task = { private: false, tags: [] };
  const isLeaving = state.fatal !== null || state.requested.some(({ kind }) => kind === 'stop' || kind === 'interrupt');
  const rung = ports.models.summariser(task, state.closed, 0);
  let written: Pick<EventPayloads['summary.written'], 'text' | 'by' | 'model' | 'because'> | null = null;
  if (rung.kind === 'use' && !isLeaving) {
    const about = `Project ${project.name}`;
    const spent = { task: 0, run: state.usd };
    const job = {
      kind: 'project',
      key,
      about,
      source,
      own: redact(projectBody(parts, rung.max_tokens)),
      task,
      try: 1,
      spent,
      answers: [],
      closed: state.closed,
      most: 1,
    } as const;
    written = yield* writeSummary(job, ports, signal);
    yield { type: 'summary.written', task: key, kind: 'project', ...written };
  }
  const body = written?.by === 'model' ? written.text : null;
  const text = redact(projectText(project.name, parts, body, rung.max_tokens));
  yield () => {
    const stored = memory.storeMemory(text, project.id, null, 'project_summary', 'llmclis', {
      source: `run:${run_id}`,
      run_id,
      slot: PROJECT_SLOT,
      links: parts.tasks.map(({ id }) => ({ to: id, kind: 'summarises' })),
      ...(written?.model != null && { model: written.model }),
    });
    return stored.ok
      ? [{ type: 'memory.stored', task: key, id: stored.value.id, memory_type: 'project_summary', text }]
      : [];
  };
}

/** Without what private tasks left: the project's summary may reach any model. */
function openParts(ports: Ports): ProjectParts {
  const parts = ports.summaryParts();
  return { ...parts, tasks: parts.tasks.filter(part => mayTell(part, 'cloud', ports)) };
}
