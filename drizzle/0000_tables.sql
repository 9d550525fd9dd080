CREATE TABLE `attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`run_id` text NOT NULL,
	`role` text NOT NULL,
	`model` text NOT NULL,
	`location` text NOT NULL,
	`outcome` text NOT NULL,
	`evidence` text NOT NULL,
	`tokens_in` integer NOT NULL,
	`tokens_out` integer NOT NULL,
	`usd` real NOT NULL,
	`at` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attempts_task` ON `attempts` (`task_id`);--> statement-breakpoint
CREATE TABLE `plan_files` (
	`project_id` integer NOT NULL,
	`path` text NOT NULL,
	`synced_text` text NOT NULL,
	`synced_at` text NOT NULL,
	`size` integer NOT NULL,
	`mtime_ms` real NOT NULL,
	PRIMARY KEY(`project_id`, `path`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `projects` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`root` text NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_root_unique` ON `projects` (`root`);--> statement-breakpoint
CREATE TABLE `task_deps` (
	`task_id` integer NOT NULL,
	`blocker_id` integer NOT NULL,
	PRIMARY KEY(`task_id`, `blocker_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`blocker_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `task_deps_reverse` ON `task_deps` (`blocker_id`);--> statement-breakpoint
CREATE TABLE `task_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`kind` text NOT NULL,
	`data` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `task_history_task` ON `task_history` (`task_id`);--> statement-breakpoint
CREATE TABLE `task_notes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `task_notes_task` ON `task_notes` (`task_id`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`key` text NOT NULL,
	`kind` text DEFAULT 'task' NOT NULL,
	`title` text NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`reason` text,
	`reason_detail` text,
	`priority` integer DEFAULT 2 NOT NULL,
	`role` text,
	`parent_id` integer,
	`plan_order` integer NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`tags` text DEFAULT '[]' NOT NULL,
	`checks` text DEFAULT '[]' NOT NULL,
	`protect` text DEFAULT '[]' NOT NULL,
	`allow` text DEFAULT '[]' NOT NULL,
	`private` integer DEFAULT false NOT NULL,
	`proof` text,
	`branch` text,
	`commit_id` text,
	`plan_file` text,
	`vanished` integer DEFAULT false NOT NULL,
	`open_blockers` integer DEFAULT 0 NOT NULL,
	`open_children` integer DEFAULT 0 NOT NULL,
	`claim_token` text,
	`claim_holder` text,
	`claim_expires_at` text,
	`attempts_from` integer DEFAULT 0 NOT NULL,
	`created_at` text NOT NULL,
	`created_by` text NOT NULL,
	`updated_at` text NOT NULL,
	`last_agent` text,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`parent_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_key` ON `tasks` (`project_id`,`key`);--> statement-breakpoint
CREATE INDEX `tasks_ready` ON `tasks` (`project_id`,`priority`,`plan_order`,`id`) WHERE status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0;--> statement-breakpoint
CREATE INDEX `tasks_ready_anywhere` ON `tasks` (`priority`,`plan_order`,`id`) WHERE status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0;--> statement-breakpoint
CREATE INDEX `tasks_status` ON `tasks` (`project_id`,`status`);--> statement-breakpoint
CREATE INDEX `tasks_leases` ON `tasks` (`claim_expires_at`) WHERE claim_token IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tasks_parent` ON `tasks` (`parent_id`);--> statement-breakpoint
CREATE INDEX `tasks_order` ON `tasks` (`project_id`,`plan_order`,`id`);--> statement-breakpoint
CREATE TABLE `memories` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`task_id` integer,
	`task_key` text,
	`type` text NOT NULL,
	`agent` text NOT NULL,
	`text` text NOT NULL,
	`text_sha256` text NOT NULL,
	`source` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `memories_scope` ON `memories` (`project_id`,`type`);--> statement-breakpoint
CREATE UNIQUE INDEX `memories_hash` ON `memories` (`project_id`,`text_sha256`);--> statement-breakpoint
CREATE TABLE `run_events` (
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`at` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`run_id`, `seq`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `run_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`handled_at` text
);
--> statement-breakpoint
CREATE INDEX `run_requests_open` ON `run_requests` (`run_id`,`handled_at`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` integer NOT NULL,
	`status` text NOT NULL,
	`pid` integer,
	`heartbeat_at` text,
	`started_at` text NOT NULL,
	`finished_at` text,
	`options` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `runs_project` ON `runs` (`project_id`,`status`);