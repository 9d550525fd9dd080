-- `done_children` beside `open_children`, so that a roll-up reads counters and counts nothing.
DROP TRIGGER tasks_child_insert;
--> statement-breakpoint
CREATE TRIGGER tasks_child_insert AFTER INSERT ON tasks
WHEN NEW.parent_id IS NOT NULL BEGIN
  UPDATE tasks SET
    open_children = open_children + (NEW.status NOT IN ('done', 'cancelled')),
    done_children = done_children + (NEW.status = 'done')
  WHERE id = NEW.parent_id;
END;
--> statement-breakpoint
DROP TRIGGER tasks_child_update;
--> statement-breakpoint
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
--> statement-breakpoint
UPDATE tasks SET done_children = (SELECT count(*) FROM tasks c WHERE c.parent_id = tasks.id AND c.status = 'done')
WHERE id IN (SELECT parent_id FROM tasks WHERE parent_id IS NOT NULL);
--> statement-breakpoint
UPDATE tasks SET started_at = (
  SELECT min(h.at) FROM task_history h WHERE h.task_id = tasks.id AND json_extract(h.data, '$.to') = 'in-progress'
) WHERE status <> 'pending';
--> statement-breakpoint
UPDATE tasks SET finished_at = (
  SELECT max(h.at) FROM task_history h WHERE h.task_id = tasks.id AND h.kind = 'status' AND json_extract(h.data, '$.to') IN ('done', 'cancelled')
) WHERE status IN ('done', 'cancelled');
--> statement-breakpoint
CREATE TRIGGER task_notes_no_update BEFORE UPDATE ON task_notes BEGIN
  SELECT RAISE(ABORT, 'notes are never changed');
END;
--> statement-breakpoint
-- Full-text search over tasks: an index that is derived and brought up to date when it is asked. Its rowid is the task's id.
CREATE VIRTUAL TABLE task_search USING fts5(
  key, title, text, content='', contentless_delete=1, prefix='2 3', tokenize="porter unicode61 remove_diacritics 2"
);
--> statement-breakpoint
-- Tasks whose words changed since they were indexed: one small row is all that a write pays.
CREATE TABLE task_search_queue (task_id INTEGER PRIMARY KEY NOT NULL REFERENCES tasks (id));
--> statement-breakpoint
CREATE TRIGGER task_search_insert AFTER INSERT ON tasks BEGIN
  INSERT OR IGNORE INTO task_search_queue (task_id) VALUES (NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER task_search_update AFTER UPDATE OF key, title, description, acceptance, checklist, links, tags, assignee ON tasks BEGIN
  INSERT OR IGNORE INTO task_search_queue (task_id) VALUES (NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER task_search_note AFTER INSERT ON task_notes BEGIN
  INSERT OR IGNORE INTO task_search_queue (task_id) VALUES (NEW.task_id);
END;
--> statement-breakpoint
INSERT INTO task_search_queue (task_id) SELECT id FROM tasks;
