import type { Clock } from '../../core/clock.ts';
import type { Limits } from './limits.ts';

export type BubblewrapOptions = {
  /** The PATH that commands get. */
  readonly path: string;
  /** The person's real home: hidden, but for the toolchains on PATH. */
  readonly home: string;
  /** More folders to hide, such as our own data folder and the project's own folder (its `.env` files). */
  readonly hidden: readonly string[];
  /** Folders whose files a model may write: no `bwrap` is taken from them. */
  readonly untrusted: readonly string[];
  /** An existing folder for short-lived files. */
  readonly temp: string;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Hosts that commands may reach (`registry.npmjs.org`, `*.example.com`, `host:8080`, `!not.example.com`); none: no network at all. */
  readonly network: readonly string[];
  /** Folders and files a person allowed commands to read. */
  readonly readable: readonly string[];
  /** Environment variables a person allowed commands to have. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The Node that this process runs on. */
  readonly node: string;
};
