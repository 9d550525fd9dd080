CREATE TABLE `memory_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`memory_id` integer NOT NULL,
	`project_id` integer NOT NULL,
	`kind` text DEFAULT 'entry' NOT NULL
);
--> statement-breakpoint
CREATE TABLE `memory_consumers` (
	`name` text PRIMARY KEY NOT NULL,
	`follows` text DEFAULT 'all' NOT NULL,
	`seq` integer DEFAULT 0 NOT NULL,
	`generation` integer DEFAULT 1 NOT NULL,
	`rebuild_from` integer DEFAULT 0 NOT NULL,
	`rebuild_to` integer DEFAULT 0 NOT NULL,
	`holder` text DEFAULT '' NOT NULL,
	`held_until` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`trouble` text DEFAULT '' NOT NULL,
	`retry_at` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `memory_embeddings` (
	`model_id` integer NOT NULL,
	`text_sha256` text NOT NULL,
	`vector` blob NOT NULL,
	PRIMARY KEY(`model_id`, `text_sha256`)
);
--> statement-breakpoint
CREATE TABLE `memory_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`memory_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`action` text NOT NULL,
	`because` text DEFAULT '' NOT NULL,
	`other_id` integer
);
--> statement-breakpoint
CREATE INDEX `memory_history_memory` ON `memory_history` (`memory_id`);--> statement-breakpoint
CREATE TABLE `memory_links` (
	`from_id` integer NOT NULL,
	`to_id` integer NOT NULL,
	`kind` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`from_id`, `kind`, `to_id`)
);
--> statement-breakpoint
CREATE INDEX `memory_links_reverse` ON `memory_links` (`to_id`,`kind`);--> statement-breakpoint
CREATE TABLE `memory_models` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`dimension` integer NOT NULL,
	`pooling` text NOT NULL,
	`dtype` text NOT NULL,
	`text_prefix` text DEFAULT '' NOT NULL,
	`query_prefix` text DEFAULT '' NOT NULL,
	`max_tokens` integer NOT NULL,
	`location` text DEFAULT '' NOT NULL,
	`state` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `memory_models_identity` ON `memory_models` (`name`,`dimension`,`pooling`,`dtype`,`text_prefix`,`query_prefix`);--> statement-breakpoint
CREATE UNIQUE INDEX `memory_models_serving` ON `memory_models` (`state`) WHERE state = 'serving';--> statement-breakpoint
CREATE TABLE `memory_signals` (
	`model_id` integer NOT NULL,
	`project_id` integer NOT NULL,
	`correlation` real NOT NULL,
	`entries` integer NOT NULL,
	PRIMARY KEY(`model_id`, `project_id`)
);
--> statement-breakpoint
CREATE TABLE `memory_store` (
	`id` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE `memory_vectors` (
	`model_id` integer NOT NULL,
	`project_id` integer NOT NULL,
	`memory_id` integer NOT NULL,
	`chunk` integer NOT NULL,
	`text_sha256` text NOT NULL,
	PRIMARY KEY(`model_id`, `project_id`, `memory_id`, `chunk`)
);
--> statement-breakpoint
CREATE INDEX `memory_vectors_memory` ON `memory_vectors` (`memory_id`);--> statement-breakpoint
CREATE INDEX `memory_vectors_text` ON `memory_vectors` (`text_sha256`);--> statement-breakpoint
CREATE TABLE `memory_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`memory_id` integer NOT NULL,
	`replaced_at` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `memory_versions_memory` ON `memory_versions` (`memory_id`);--> statement-breakpoint
DROP INDEX `memories_hash`;--> statement-breakpoint
ALTER TABLE `memories` ADD `scope` text DEFAULT 'project' NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `model` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `session` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `run_id` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `step` integer;--> statement-breakpoint
ALTER TABLE `memories` ADD `file` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `lines` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `slot` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `valid_from` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `valid_to` text;--> statement-breakpoint
ALTER TABLE `memories` ADD `superseded_by` integer;--> statement-breakpoint
ALTER TABLE `memories` ADD `trust` text DEFAULT 'agent' NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `tokens` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `seen` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `pinned` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `status` text DEFAULT 'live' NOT NULL;--> statement-breakpoint
ALTER TABLE `memories` ADD `updated_at` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `memories_task` ON `memories` (`task_id`) WHERE task_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `memories_session` ON `memories` (`project_id`,`session`,`id`,`tokens`) WHERE session IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `memories_live_hash` ON `memories` (`project_id`,`text_sha256`) WHERE status IN ('live', 'wrong');--> statement-breakpoint
CREATE UNIQUE INDEX `memories_slot` ON `memories` (`project_id`,`slot`) WHERE slot IS NOT NULL AND status = 'live';