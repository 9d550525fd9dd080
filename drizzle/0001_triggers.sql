-- `open_blockers` counts the tasks a task depends on that are neither done nor cancelled.
CREATE TRIGGER task_deps_insert AFTER INSERT ON task_deps BEGIN
  UPDATE tasks SET open_blockers = open_blockers + 1
  WHERE id = NEW.task_id
    AND EXISTS (SELECT 1 FROM tasks blocker WHERE blocker.id = NEW.blocker_id AND blocker.status NOT IN ('done', 'cancelled'));
END;
--> statement-breakpoint
CREATE TRIGGER task_deps_delete AFTER DELETE ON task_deps BEGIN
  UPDATE tasks SET open_blockers = open_blockers - 1
  WHERE id = OLD.task_id
    AND EXISTS (SELECT 1 FROM tasks blocker WHERE blocker.id = OLD.blocker_id AND blocker.status NOT IN ('done', 'cancelled'));
END;
--> statement-breakpoint
CREATE TRIGGER task_deps_no_update BEFORE UPDATE ON task_deps BEGIN
  SELECT RAISE(ABORT, 'task_deps rows are added and removed, never changed');
END;
--> statement-breakpoint
CREATE TRIGGER tasks_closed AFTER UPDATE OF status ON tasks
WHEN OLD.status NOT IN ('done', 'cancelled') AND NEW.status IN ('done', 'cancelled') BEGIN
  UPDATE tasks SET open_blockers = open_blockers - 1
  WHERE id IN (SELECT task_id FROM task_deps WHERE blocker_id = NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER tasks_opened AFTER UPDATE OF status ON tasks
WHEN OLD.status IN ('done', 'cancelled') AND NEW.status NOT IN ('done', 'cancelled') BEGIN
  UPDATE tasks SET open_blockers = open_blockers + 1
  WHERE id IN (SELECT task_id FROM task_deps WHERE blocker_id = NEW.id);
END;
--> statement-breakpoint
-- `open_children` counts the children of a task or stage that are neither done nor cancelled.
CREATE TRIGGER tasks_child_insert AFTER INSERT ON tasks
WHEN NEW.parent_id IS NOT NULL AND NEW.status NOT IN ('done', 'cancelled') BEGIN
  UPDATE tasks SET open_children = open_children + 1 WHERE id = NEW.parent_id;
END;
--> statement-breakpoint
CREATE TRIGGER tasks_child_update AFTER UPDATE OF status, parent_id ON tasks
WHEN OLD.parent_id IS NOT NEW.parent_id
  OR (OLD.status IN ('done', 'cancelled')) <> (NEW.status IN ('done', 'cancelled')) BEGIN
  UPDATE tasks SET open_children = open_children - 1
  WHERE id = OLD.parent_id AND OLD.status NOT IN ('done', 'cancelled');
  UPDATE tasks SET open_children = open_children + 1
  WHERE id = NEW.parent_id AND NEW.status NOT IN ('done', 'cancelled');
END;
--> statement-breakpoint
CREATE TRIGGER tasks_no_delete BEFORE DELETE ON tasks BEGIN
  SELECT RAISE(ABORT, 'tasks are never deleted: cancel it instead');
END;
--> statement-breakpoint
CREATE TRIGGER task_notes_no_delete BEFORE DELETE ON task_notes BEGIN
  SELECT RAISE(ABORT, 'notes are never deleted');
END;
--> statement-breakpoint
CREATE TRIGGER task_history_no_update BEFORE UPDATE ON task_history BEGIN
  SELECT RAISE(ABORT, 'task_history is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER task_history_no_delete BEFORE DELETE ON task_history BEGIN
  SELECT RAISE(ABORT, 'task_history is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER run_events_no_update BEFORE UPDATE ON run_events BEGIN
  SELECT RAISE(ABORT, 'run_events is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER run_events_no_delete BEFORE DELETE ON run_events BEGIN
  SELECT RAISE(ABORT, 'run_events is append-only');
END;
