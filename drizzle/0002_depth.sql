CREATE TABLE `task_imports` (
	`project_id` integer NOT NULL,
	`source` text NOT NULL,
	`external_id` text NOT NULL,
	`task_id` integer NOT NULL,
	`said` text NOT NULL,
	PRIMARY KEY(`project_id`, `source`, `external_id`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `task_imports_task` ON `task_imports` (`task_id`);--> statement-breakpoint
CREATE TABLE `task_relations` (
	`task_id` integer NOT NULL,
	`other_id` integer NOT NULL,
	`kind` text NOT NULL,
	PRIMARY KEY(`task_id`, `kind`, `other_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`other_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `task_relations_reverse` ON `task_relations` (`other_id`,`kind`);--> statement-breakpoint
ALTER TABLE `plan_files` ADD `reader` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `projects` ADD `served` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `projects` ADD `settings_seen` text;--> statement-breakpoint
ALTER TABLE `task_history` ADD `change` integer;--> statement-breakpoint
ALTER TABLE `tasks` ADD `acceptance` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `tasks` ADD `checklist` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `tasks` ADD `links` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `tasks` ADD `complexity` integer;--> statement-breakpoint
ALTER TABLE `tasks` ADD `queue` text DEFAULT 'standard' NOT NULL;--> statement-breakpoint
ALTER TABLE `tasks` ADD `assignee` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `due` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `done_children` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `tasks` ADD `started_at` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `finished_at` text;--> statement-breakpoint
CREATE INDEX `tasks_ready_queue` ON `tasks` (`project_id`,`queue`,`priority`,`plan_order`,`id`) WHERE status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0 AND queue <> 'standard';