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
INSERT INTO attempts (id, task_id, run_id, role, model, location, outcome, evidence, tokens_in, tokens_out, usd, at) VALUES (1, 4, 'r1', 'coder', 'small', 'local', 'checks_failed', 'red', 10, 5, 0.25, '2026-11-21T09:00:00Z');
CREATE TABLE `grants` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`kind` text NOT NULL,
	`what` text NOT NULL,
	`granted_at` text NOT NULL,
	`granted_by` text NOT NULL,
	`revoked_at` text,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO grants (id, project_id, kind, what, granted_at, granted_by, revoked_at) VALUES (1, 1, 'network', 'example.com', '2026-11-21T09:00:00Z', 'ann', NULL);
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
INSERT INTO memories (id, project_id, task_id, task_key, type, agent, text, text_sha256, source, created_at) VALUES (1, 1, 3, NULL, 'note', 'ann', 'The milk is in the fridge.', '9edd2eba8c7dcace9b7a25676e726e77ff3498c38d6c418d8c16151d239c324e', 'person', '2026-11-21T09:00:00Z');
CREATE TABLE `plan_files` (
	`project_id` integer NOT NULL,
	`path` text NOT NULL,
	`synced_text` text NOT NULL,
	`synced_at` text NOT NULL,
	`size` integer NOT NULL,
	`mtime_ms` real NOT NULL, `reader` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`project_id`, `path`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO plan_files (project_id, path, synced_text, synced_at, size, mtime_ms, reader) VALUES (1, 'plans.md', '# Plans
', '2026-11-21T09:00:00Z', 9, 1.5, 1);
CREATE TABLE `projects` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`root` text NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
, `served` integer DEFAULT 0 NOT NULL, `settings_seen` text);
INSERT INTO projects (id, name, root, archived, created_at, updated_at, served, settings_seen) VALUES (1, 'demo', '/nowhere/demo', 0, '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', 10, NULL);
INSERT INTO projects (id, name, root, archived, created_at, updated_at, served, settings_seen) VALUES (2, 'other', '/nowhere/other', 0, '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', 0, NULL);
CREATE TABLE `run_events` (
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`at` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`run_id`, `seq`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO run_events (run_id, seq, type, at, data) VALUES ('mwq6g800ap1lt', 1, 'run.paused', '2026-11-21T09:00:00.000Z', '{"because":"asked"}');
CREATE TABLE `run_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`handled_at` text
);
INSERT INTO run_requests (id, run_id, kind, payload, created_at, handled_at) VALUES (1, 'mwq6g800ap1lt', 'stop', '', '2026-11-21T09:00:00Z', NULL);
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
INSERT INTO runs (id, project_id, status, pid, heartbeat_at, started_at, finished_at, options) VALUES ('mwq6g800ap1lt', 1, 'finished', 1, '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', '{"max_steps":1}');
CREATE TABLE `task_deps` (
	`task_id` integer NOT NULL,
	`blocker_id` integer NOT NULL,
	PRIMARY KEY(`task_id`, `blocker_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`blocker_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_deps (task_id, blocker_id) VALUES (4, 3);
CREATE TABLE `task_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`kind` text NOT NULL,
	`data` text NOT NULL, `change` integer,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (1, 1, '2026-11-21T09:00:00Z', 'ann', 'created', '{"key":"O1","kind":"task","status":"pending","title":"Elsewhere"}', 1);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (2, 2, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S1","kind":"stage","status":"pending","title":"Task S1"}', 2);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (3, 3, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S1.1","kind":"task","status":"pending","title":"Task S1.1","tags":["a"],"checklist":[{"text":"one","done":true}],"links":["x.md#y"],"parent":"S1"}', 3);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (4, 4, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S1.2","kind":"task","status":"pending","title":"Task S1.2","due":"2026-12-24","parent":"S1","depends_on":["S1.1"],"related":["S1.1"]}', 4);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (5, 5, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S1.3","kind":"task","status":"pending","title":"Task S1.3","description":"Quotes \" and\nlines, ünïcödé 🎯, \u0000 and tabs\t","private":true,"discovered_from":["S1.1"]}', 5);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (6, 6, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S2.1","kind":"task","status":"pending","title":"Task S2.1","description":"Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word "}', 6);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (7, 7, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S2.2","kind":"task","status":"pending","title":"Task S2.2","description":"Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word "}', 7);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (8, 8, '2026-11-21T09:00:00Z', 'person', 'created', '{"key":"S2.3","kind":"task","status":"pending","title":"Task S2.3","description":"Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word "}', 8);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (9, 3, '2026-11-21T09:00:00Z', 'ann', 'status', '{"from":"pending","to":"done","proof":"red-green","commit":"abc"}', 9);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (10, 4, '2026-11-21T09:00:00Z', 'worker', 'claimed', '{"from":"pending","to":"in-progress","expires_at":"2026-11-21T09:10:00Z"}', 10);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (11, 5, '2026-11-21T09:00:00Z', 'ann', 'status', '{"from":"pending","to":"blocked","reason":"needs_input","detail":"Which?"}', 11);
INSERT INTO task_history (id, task_id, at, agent, kind, data, change) VALUES (12, 5, '2026-11-21T09:00:00Z', 'ann', 'note', '{"note_id":1}', 12);
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
INSERT INTO task_imports (project_id, source, external_id, task_id, said) VALUES (1, 'x.json', '1', 3, '{}');
CREATE TABLE `task_notes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`at` text NOT NULL,
	`agent` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_notes (id, task_id, at, agent, text) VALUES (1, 5, '2026-11-21T09:00:00Z', 'ann', 'A note.');
CREATE TABLE `task_relations` (
	`task_id` integer NOT NULL,
	`other_id` integer NOT NULL,
	`kind` text NOT NULL,
	PRIMARY KEY(`task_id`, `kind`, `other_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`other_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO task_relations (task_id, other_id, kind) VALUES (4, 3, 'related');
INSERT INTO task_relations (task_id, other_id, kind) VALUES (5, 3, 'discovered-from');
CREATE TABLE task_search_queue (task_id INTEGER PRIMARY KEY NOT NULL REFERENCES tasks (id));
INSERT INTO task_search_queue (task_id) VALUES (1);
INSERT INTO task_search_queue (task_id) VALUES (2);
INSERT INTO task_search_queue (task_id) VALUES (3);
INSERT INTO task_search_queue (task_id) VALUES (4);
INSERT INTO task_search_queue (task_id) VALUES (5);
INSERT INTO task_search_queue (task_id) VALUES (6);
INSERT INTO task_search_queue (task_id) VALUES (7);
INSERT INTO task_search_queue (task_id) VALUES (8);
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
	`last_agent` text, `acceptance` text DEFAULT '' NOT NULL, `checklist` text DEFAULT '[]' NOT NULL, `links` text DEFAULT '[]' NOT NULL, `complexity` integer, `queue` text DEFAULT 'standard' NOT NULL, `assignee` text, `due` text, `done_children` integer DEFAULT 0 NOT NULL, `started_at` text, `finished_at` text,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`parent_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action
);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (1, 2, 'O1', 'task', 'Elsewhere', 'pending', NULL, NULL, 2, NULL, NULL, 1, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'ann', '2026-11-21T09:00:00Z', 'ann', '', '[]', '[]', NULL, 'standard', NULL, NULL, 0, NULL, NULL);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (2, 1, 'S1', 'stage', 'Task S1', 'pending', NULL, NULL, 2, NULL, NULL, 1, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 1, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'person', '', '[]', '[]', NULL, 'standard', NULL, NULL, 1, NULL, NULL);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (3, 1, 'S1.1', 'task', 'Task S1.1', 'done', NULL, NULL, 2, NULL, 2, 2, '', '["a"]', '[]', '[]', '[]', 0, 'red-green', NULL, 'abc', NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'ann', '', '[{"text":"one","done":true}]', '["x.md#y"]', NULL, 'standard', NULL, NULL, 0, NULL, '2026-11-21T09:00:00Z');
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (4, 1, 'S1.2', 'task', 'Task S1.2', 'in-progress', NULL, NULL, 2, NULL, 2, 3, '', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, '03lwy6ie9q3kktlivzqy-10', 'worker', '2026-11-21T09:10:00Z', 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'worker', '', '[]', '[]', NULL, 'standard', NULL, '2026-12-24', 0, '2026-11-21T09:00:00Z', NULL);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (5, 1, 'S1.3', 'task', 'Task S1.3', 'blocked', 'needs_input', 'Which?', 2, NULL, NULL, 4, 'Quotes " and
lines, ünïcödé 🎯,  and tabs	', '[]', '[]', '[]', '[]', 1, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'ann', '', '[]', '[]', NULL, 'standard', NULL, NULL, 0, NULL, NULL);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (6, 1, 'S2.1', 'task', 'Task S2.1', 'pending', NULL, NULL, 2, NULL, NULL, 5, 'Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word ', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'person', '', '[]', '[]', NULL, 'standard', NULL, NULL, 0, NULL, NULL);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (7, 1, 'S2.2', 'task', 'Task S2.2', 'pending', NULL, NULL, 2, NULL, NULL, 6, 'Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word ', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'person', '', '[]', '[]', NULL, 'standard', NULL, NULL, 0, NULL, NULL);
INSERT INTO tasks (id, project_id, key, kind, title, status, reason, reason_detail, priority, role, parent_id, plan_order, description, tags, checks, protect, allow, private, proof, branch, commit_id, plan_file, vanished, open_blockers, open_children, claim_token, claim_holder, claim_expires_at, attempts_from, created_at, created_by, updated_at, last_agent, acceptance, checklist, links, complexity, queue, assignee, due, done_children, started_at, finished_at) VALUES (8, 1, 'S2.3', 'task', 'Task S2.3', 'pending', NULL, NULL, 2, NULL, NULL, 7, 'Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word ', '[]', '[]', '[]', '[]', 0, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 0, '2026-11-21T09:00:00Z', 'person', '2026-11-21T09:00:00Z', 'person', '', '[]', '[]', NULL, 'standard', NULL, NULL, 0, NULL, NULL);
CREATE VIRTUAL TABLE task_search USING fts5(
  key, title, text, content='', contentless_delete=1, prefix='2 3', tokenize="porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE memory_fts_1 USING fts5(text, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO memory_fts_1 (rowid, text) VALUES (1, '2026-11-21 21 November 2026 ann note : The milk is in the fridge.');
CREATE VIRTUAL TABLE memory_trigram_1 USING fts5(text, content='', contentless_delete=1, tokenize='trigram case_sensitive 0');
INSERT INTO memory_trigram_1 (rowid, text) VALUES (1, '2026-11-21 21 November 2026 ann note : The milk is in the fridge.');
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
CREATE INDEX `task_imports_task` ON `task_imports` (`task_id`);
CREATE INDEX `task_relations_reverse` ON `task_relations` (`other_id`,`kind`);
CREATE INDEX `tasks_ready_queue` ON `tasks` (`project_id`,`queue`,`priority`,`plan_order`,`id`) WHERE status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0 AND queue <> 'standard';
CREATE INDEX `grants_project` ON `grants` (`project_id`,`kind`);
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
CREATE TRIGGER tasks_child_insert AFTER INSERT ON tasks
WHEN NEW.parent_id IS NOT NULL BEGIN
  UPDATE tasks SET
    open_children = open_children + (NEW.status NOT IN ('done', 'cancelled')),
    done_children = done_children + (NEW.status = 'done')
  WHERE id = NEW.parent_id;
END;
CREATE TRIGGER tasks_child_update AFTER UPDATE OF status, parent_id ON tasks
WHEN OLD.parent_id IS NOT NEW.parent_id
  OR (OLD.status IN ('done', 'cancelled')) <> (NEW.status IN ('done', 'cancelled'))
  OR (OLD.status = 'done') <> (NEW.status = 'done') BEGIN
  UPDATE tasks SET
    open_children = open_children - (OLD.status NOT IN ('done', 'cancelled')),
    done_children = done_children - (OLD.status = 'done')
  WHERE id = OLD.parent_id;
  UPDATE tasks SET
    open_children = open_children + (NEW.status NOT IN ('done', 'cancelled')),
    done_children = done_children + (NEW.status = 'done')
  WHERE id = NEW.parent_id;
END;
CREATE TRIGGER task_notes_no_update BEFORE UPDATE ON task_notes BEGIN
  SELECT RAISE(ABORT, 'notes are never changed');
END;
CREATE TRIGGER task_search_insert AFTER INSERT ON tasks BEGIN
  INSERT OR IGNORE INTO task_search_queue (task_id) VALUES (NEW.id);
END;
CREATE TRIGGER task_search_update AFTER UPDATE OF key, title, description, acceptance, checklist, links, tags, assignee ON tasks BEGIN
  INSERT OR IGNORE INTO task_search_queue (task_id) VALUES (NEW.id);
END;
CREATE TRIGGER task_search_note AFTER INSERT ON task_notes BEGIN
  INSERT OR IGNORE INTO task_search_queue (task_id) VALUES (NEW.task_id);
END;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('projects', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('tasks', 8);
INSERT INTO sqlite_sequence (name, seq) VALUES ('task_history', 12);
INSERT INTO sqlite_sequence (name, seq) VALUES ('task_notes', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('attempts', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('grants', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('memories', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('run_requests', 1);
PRAGMA user_version = 5;
