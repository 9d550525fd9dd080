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
INSERT INTO attempts (id, task_id, run_id, role, model, location, outcome, evidence, tokens_in, tokens_out, usd, at) VALUES (1, 2, 'r1', 'coder', 'small', 'local', 'checks_failed', '1 test fails', 900, 80, 0.0, '2026-03-02T08:13:00Z');
INSERT INTO attempts (id, task_id, run_id, role, model, location, outcome, evidence, tokens_in, tokens_out, usd, at) VALUES (2, 2, 'r1', 'coder', 'big', 'cloud', 'passed', '', 1200, 200, 0.0125, '2026-03-02T08:13:00Z');
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
INSERT INTO plan_files (project_id, path, synced_text, synced_at, size, mtime_ms) VALUES (1, 'plans.md', '# textkit – Plans

- [x] **S1.1 – Make slugs**
', '2026-03-02T08:30:00.123Z', 51, 1772440200123.25);
CREATE TABLE `projects` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`root` text NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
INSERT INTO projects (id, name, root, archived, created_at, updated_at) VALUES (1, 'textkit', '/home/ann/textkit', 0, '2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z');
INSERT INTO projects (id, name, root, archived, created_at, updated_at) VALUES (2, 'old one', '/home/ann/old', 1, '2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z');
CREATE TABLE `task_deps` (
	`task_id` integer NOT NULL,
	`blocker_id` integer NOT NULL,
	PRIMARY KEY(`task_id`, `blocker_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`blocker_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_deps (task_id, blocker_id) VALUES (3, 2);
INSERT INTO task_deps (task_id, blocker_id) VALUES (4, 3);
INSERT INTO task_deps (task_id, blocker_id) VALUES (6, 1);
CREATE TABLE `task_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`kind` text NOT NULL,
	`data` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (1, 1, '2026-03-02T08:02:00Z', 'person', 'created', '{"key":"S1","title":"Slugs","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (2, 2, '2026-03-02T08:03:00Z', 'person', 'created', '{"key":"S1.1","title":"Make slugs","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (3, 3, '2026-03-02T08:04:00Z', 'person', 'created', '{"key":"S1.2","title":"Trim slugs","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (4, 4, '2026-03-02T08:05:00Z', 'person', 'created', '{"key":"S1.3","title":"Document slugs","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (5, 5, '2026-03-02T08:06:00Z', 'person', 'created', '{"key":"S2","title":"Later","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (6, 6, '2026-03-02T08:07:00Z', 'person', 'created', '{"key":"S2.1","title":"Ask what is wanted","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (7, 7, '2026-03-02T08:08:00Z', 'person', 'created', '{"key":"S2.2","title":"Give this up","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (8, 8, '2026-03-02T08:09:00Z', 'person', 'created', '{"key":"T1","title":"Already done","status":"done"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (9, 9, '2026-03-02T08:10:00Z', 'coder', 'created', '{"key":"T2","title":"A key was made","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (10, 10, '2026-03-02T08:11:00Z', 'person', 'created', '{"key":"S1.2.1","title":"A subtask","status":"pending"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (11, 2, '2026-03-02T08:12:00Z', 'run:r1', 'claimed', '{"from":"pending","to":"in-progress","expires_at":"2026-03-02T08:22:00Z"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (12, 2, '2026-03-02T08:14:00Z', 'coder', 'status', '{"from":"in-progress","to":"done","proof":"red-green","commit":"abcdef0"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (13, 6, '2026-03-02T08:15:00Z', 'ann', 'status', '{"from":"pending","to":"blocked","reason":"needs_input","detail":"Which one?","branch":"llmclis/task-S2.1"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (14, 7, '2026-03-02T08:16:00Z', 'ann', 'status', '{"from":"pending","to":"cancelled"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (15, 10, '2026-03-02T08:17:00Z', 'ann', 'status', '{"from":"pending","to":"done","proof":"accepted-by-person"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (16, 10, '2026-03-02T08:18:00Z', 'ann', 'status', '{"from":"done","to":"pending","fresh_tries":true}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (17, 10, '2026-03-02T08:19:00Z', 'ann', 'status', '{"from":"pending","to":"done","proof":"accepted-by-person"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (18, 6, '2026-03-02T08:20:00Z', 'ann', 'note', '{"note_id":1}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (19, 4, '2026-03-02T08:21:00Z', 'bob', 'edited', '{"title":{"from":"Document slugs","to":"Document the slugs"},"tags":{"from":[],"to":["docs"]},"depends_on":{"from":["S1.1","S1.2"],"to":["S1.2"]}}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (20, 4, '2026-03-02T08:22:00Z', 'bob', 'depends', '{"added":"T1"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (21, 4, '2026-03-02T08:23:00Z', 'bob', 'depends', '{"removed":"T1"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (22, 3, '2026-03-02T08:24:00Z', 'run:r1', 'claimed', '{"from":"pending","to":"in-progress","expires_at":"2026-03-02T08:25:00Z"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (23, 3, '2026-03-02T08:26:00Z', 'llmclis', 'released', '{"from":"in-progress","to":"pending","because":"its claim ran out","holder":"run:r1","expired_at":"2026-03-02T08:25:00Z"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (24, 3, '2026-03-02T08:26:00Z', 'run:r2', 'claimed', '{"from":"pending","to":"in-progress","expires_at":"2026-03-02T08:36:00Z"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (25, 3, '2026-03-02T08:27:00Z', 'run:r2', 'released', '{"from":"in-progress","to":"pending","because":"given back"}');
INSERT INTO task_history (id, task_id, at, agent, kind, data) VALUES (26, 3, '2026-03-02T08:28:00Z', 'run:r2', 'claimed', '{"from":"pending","to":"in-progress","expires_at":"2026-03-02T08:43:00Z"}');
CREATE TABLE `task_notes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_notes (id, task_id, at, agent, text) VALUES (1, 6, '2026-03-02T08:20:00Z', 'ann', 'Asked on Monday.
No answer yet.');
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
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (1, 1, 'S1', 'stage', 'Slugs', 'pending', NULL, NULL, 2, NULL, NULL, 1, 'Texts become slugs.', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 2, NULL, NULL, NULL, 0, '2026-03-02T08:02:00Z', 'person', '2026-03-02T08:02:00Z', 'person');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (2, 1, 'S1.1', 'task', 'Make slugs', 'done', NULL, NULL, 0, 'coder', 1, 2, 'Lower case,
no spaces; "quotes" and ünïcödé 🎯', '["api","text"]', '["npm test"]', '["docs/**"]', '["test/a.test.js"]', 0, 'red-green', NULL, 'abcdef0', 'plans.md', 0, 0, 0, NULL, NULL, NULL, 0, '2026-03-02T08:03:00Z', 'person', '2026-03-02T08:14:00Z', 'coder');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (3, 1, 'S1.2', 'task', 'Trim slugs', 'in-progress', NULL, NULL, 2, NULL, 1, 3, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, 'plans.md', 0, 0, 0, 'k5pcg246f1igko32te65-26', 'run:r2', '2026-03-02T08:43:00Z', 0, '2026-03-02T08:04:00Z', 'person', '2026-03-02T08:28:00Z', 'run:r2');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (4, 1, 'S1.3', 'task', 'Document the slugs', 'pending', NULL, NULL, 2, 'writer', 1, 4, '', '["docs"]', '[]', '[]', '[]', 1, NULL, NULL, NULL, NULL, 0, 1, 0, NULL, NULL, NULL, 0, '2026-03-02T08:05:00Z', 'person', '2026-03-02T08:23:00Z', 'bob');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (5, 1, 'S2', 'stage', 'Later', 'pending', NULL, NULL, 2, NULL, NULL, 5, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 1, NULL, NULL, NULL, 0, '2026-03-02T08:06:00Z', 'person', '2026-03-02T08:06:00Z', 'person');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (6, 1, 'S2.1', 'task', 'Ask what is wanted', 'blocked', 'needs_input', 'Which one?', 2, NULL, 5, 6, '', '[]', '[]', '[]', '[]', 0, NULL, 'llmclis/task-S2.1', NULL, NULL, 0, 1, 0, NULL, NULL, NULL, 0, '2026-03-02T08:07:00Z', 'person', '2026-03-02T08:20:00Z', 'ann');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (7, 1, 'S2.2', 'task', 'Give this up', 'cancelled', NULL, NULL, 2, NULL, 5, 7, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-03-02T08:08:00Z', 'person', '2026-03-02T08:16:00Z', 'ann');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (8, 1, 'T1', 'task', 'Already done', 'done', NULL, NULL, 2, NULL, NULL, 8, '', '[]', '[]', '[]', '[]', 0, 'accepted-by-person', NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-01-01T00:00:00Z', 'person', '2026-03-02T08:09:00Z', 'person');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (9, 1, 'T2', 'task', 'A key was made', 'pending', NULL, NULL, 2, NULL, NULL, 9, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-03-02T08:10:00Z', 'coder', '2026-03-02T08:10:00Z', 'coder');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent) VALUES (10, 1, 'S1.2.1', 'task', 'A subtask', 'done', NULL, NULL, 2, NULL, 3, 10, '', '[]', '[]', '[]', '[]', 0, 'accepted-by-person', NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 2, '2026-03-02T08:11:00Z', 'person', '2026-03-02T08:19:00Z', 'ann');
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
INSERT INTO memories (id, project_id, task_id, task_key, type, agent, text, text_sha256, source, created_at) VALUES (1, 1, 2, 'S1.1', 'task_summary', 'coder', 'Slugs keep digits.', '33dc836ec4875c7751fd1f2460be4539f78c060f8091a0214602f096d0a39af6', 'run:r1', '2026-03-02T08:28:00Z');
INSERT INTO memories (id, project_id, task_id, task_key, type, agent, text, text_sha256, source, created_at) VALUES (2, 1, NULL, NULL, 'note', 'ann', 'Ann prefers short names.', 'a96705b63b58256346c5e5464a21ba5094c5bf2f7c6d1a5281066ee81b5af50f', 'person', '2026-03-02T08:28:00Z');
CREATE TABLE `run_events` (
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`at` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`run_id`, `seq`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO run_events (run_id, seq, type, at, data) VALUES ('mm8x26ioyi9xs', 1, 'run.paused', '2026-03-02T08:28:00.000Z', '{"because":"asked"}');
INSERT INTO run_events (run_id, seq, type, at, data) VALUES ('mm8x26ioyi9xs', 2, 'run.resumed', '2026-03-02T08:28:00.000Z', '{"because":"asked"}');
CREATE TABLE `run_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`handled_at` text
);
INSERT INTO run_requests (id, run_id, kind, payload, created_at, handled_at) VALUES (1, 'mm8x26ioyi9xs', 'stop', 'now', '2026-03-02T08:28:00Z', NULL);
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
INSERT INTO runs (id, project_id, status, pid, heartbeat_at, started_at, finished_at, options) VALUES ('mm8x26ioyi9xs', 1, 'finished', 4242, '2026-03-02T08:28:00Z', '2026-03-02T08:28:00Z', '2026-03-02T08:28:00Z', '{"max_steps":5,"merge":"branch"}');
CREATE VIRTUAL TABLE memory_fts_1 USING fts5(text, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE memory_trigram_1 USING fts5(text, content='', contentless_delete=1, tokenize='trigram case_sensitive 0');
INSERT INTO memory_fts_1 (rowid, text) VALUES (1, '2026-03-02 2 March 2026 coder task summary S1.1: Slugs keep digits.');
INSERT INTO memory_trigram_1 (rowid, text) VALUES (1, '2026-03-02 2 March 2026 coder task summary S1.1: Slugs keep digits.');
INSERT INTO memory_fts_1 (rowid, text) VALUES (2, '2026-03-02 2 March 2026 ann note : Ann prefers short names.');
INSERT INTO memory_trigram_1 (rowid, text) VALUES (2, '2026-03-02 2 March 2026 ann note : Ann prefers short names.');
CREATE INDEX `attempts_task` ON `attempts` (`task_id`);
CREATE UNIQUE INDEX `projects_root_unique` ON `projects` (`root`);
CREATE INDEX `task_deps_reverse` ON `task_deps` (`blocker_id`);
CREATE INDEX `task_history_task` ON `task_history` (`task_id`);
CREATE INDEX `task_notes_task` ON `task_notes` (`task_id`);
CREATE UNIQUE INDEX `tasks_key` ON `tasks` (`project_id`,`key`);
CREATE INDEX `tasks_ready` ON `tasks` (`project_id`,`priority`,`plan_order`,`id`) WHERE status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0;
CREATE INDEX `tasks_ready_anywhere` ON `tasks` (`priority`,`plan_order`,`id`) WHERE status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0;
CREATE INDEX `tasks_status` ON `tasks` (`project_id`,`status`);
CREATE INDEX `tasks_leases` ON `tasks` (`claim_expires_at`) WHERE claim_token IS NOT NULL;
CREATE INDEX `tasks_parent` ON `tasks` (`parent_id`);
CREATE INDEX `tasks_order` ON `tasks` (`project_id`,`plan_order`,`id`);
CREATE INDEX `memories_scope` ON `memories` (`project_id`,`type`);
CREATE UNIQUE INDEX `memories_hash` ON `memories` (`project_id`,`text_sha256`);
CREATE INDEX `run_requests_open` ON `run_requests` (`run_id`,`handled_at`);
CREATE INDEX `runs_project` ON `runs` (`project_id`,`status`);
CREATE TRIGGER task_deps_insert AFTER INSERT ON task_deps BEGIN
  UPDATE tasks SET open_blockers = open_blockers + 1
  WHERE id = NEW.task_id
    AND EXISTS (SELECT 1 FROM tasks blocker WHERE blocker.id = NEW.blocker_id AND blocker.status NOT IN ('done', 'cancelled'));
END;
CREATE TRIGGER task_deps_delete AFTER DELETE ON task_deps BEGIN
  UPDATE tasks SET open_blockers = open_blockers - 1
  WHERE id = OLD.task_id
    AND EXISTS (SELECT 1 FROM tasks blocker WHERE blocker.id = OLD.blocker_id AND blocker.status NOT IN ('done', 'cancelled'));
END;
CREATE TRIGGER task_deps_no_update BEFORE UPDATE ON task_deps BEGIN
  SELECT RAISE(ABORT, 'task_deps rows are added and removed, never changed');
END;
CREATE TRIGGER tasks_closed AFTER UPDATE OF status ON tasks
WHEN OLD.status NOT IN ('done', 'cancelled') AND NEW.status IN ('done', 'cancelled') BEGIN
  UPDATE tasks SET open_blockers = open_blockers - 1
  WHERE id IN (SELECT task_id FROM task_deps WHERE blocker_id = NEW.id);
END;
CREATE TRIGGER tasks_opened AFTER UPDATE OF status ON tasks
WHEN OLD.status IN ('done', 'cancelled') AND NEW.status NOT IN ('done', 'cancelled') BEGIN
  UPDATE tasks SET open_blockers = open_blockers + 1
  WHERE id IN (SELECT task_id FROM task_deps WHERE blocker_id = NEW.id);
END;
CREATE TRIGGER tasks_child_insert AFTER INSERT ON tasks
WHEN NEW.parent_id IS NOT NULL AND NEW.status NOT IN ('done', 'cancelled') BEGIN
  UPDATE tasks SET open_children = open_children + 1 WHERE id = NEW.parent_id;
END;
CREATE TRIGGER tasks_child_update AFTER UPDATE OF status, parent_id ON tasks
WHEN OLD.parent_id IS NOT NEW.parent_id
  OR (OLD.status IN ('done', 'cancelled')) <> (NEW.status IN ('done', 'cancelled')) BEGIN
  UPDATE tasks SET open_children = open_children - 1
  WHERE id = OLD.parent_id AND OLD.status NOT IN ('done', 'cancelled');
  UPDATE tasks SET open_children = open_children + 1
  WHERE id = NEW.parent_id AND NEW.status NOT IN ('done', 'cancelled');
END;
CREATE TRIGGER tasks_no_delete BEFORE DELETE ON tasks BEGIN
  SELECT RAISE(ABORT, 'tasks are never deleted: cancel it instead');
END;
CREATE TRIGGER task_notes_no_delete BEFORE DELETE ON task_notes BEGIN
  SELECT RAISE(ABORT, 'notes are never deleted');
END;
CREATE TRIGGER task_history_no_update BEFORE UPDATE ON task_history BEGIN
  SELECT RAISE(ABORT, 'task_history is append-only');
END;
CREATE TRIGGER task_history_no_delete BEFORE DELETE ON task_history BEGIN
  SELECT RAISE(ABORT, 'task_history is append-only');
END;
CREATE TRIGGER run_events_no_update BEFORE UPDATE ON run_events BEGIN
  SELECT RAISE(ABORT, 'run_events is append-only');
END;
CREATE TRIGGER run_events_no_delete BEFORE DELETE ON run_events BEGIN
  SELECT RAISE(ABORT, 'run_events is append-only');
END;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('attempts', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('memories', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('projects', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('run_requests', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('task_history', 26);
INSERT INTO sqlite_sequence (name, seq) VALUES ('task_notes', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('tasks', 10);
PRAGMA user_version = 2;
