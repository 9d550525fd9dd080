import type { Project } from '../km/km.ts';
import type { Registry } from '../router/registry.ts';
import type { AppCore } from './core.ts';
import { type KnownSecrets, knownSecrets, secretsOf } from './known-secrets.ts';
import { projectSecrets } from './project-secrets.ts';
import { loadRegistry } from './registry.ts';

/** The variables in which a registry's providers find their keys, whatever they are called. */
export const keyNames = (registry: Pick<Registry, 'providers'>): readonly string[] =>
  Object.values(registry.providers).flatMap(({ api_key_env }) => api_key_env ?? []);

/** Secrets of the environment, of the registry's providers and of the project's own files. */
export function secretsFor(core: AppCore, project: Pick<Project, 'root'>): KnownSecrets {
  const loaded = loadRegistry({ cwd: core.cwd, project: project.root, home: core.home, shipped: core.shipped });
  const names = loaded.ok ? keyNames(loaded.value.registry) : [];
  return knownSecrets([...secretsOf(core.env, names), ...projectSecrets(project.root)]);
}

/** The same where no project is named: of the one that this folder belongs to, if any. */
export function secretsHere(core: AppCore): KnownSecrets {
  const project = core.project();
  return project.ok ? secretsFor(core, project.value) : knownSecrets(secretsOf(core.env));
}
