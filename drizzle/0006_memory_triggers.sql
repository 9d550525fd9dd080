-- What an entry of before is: its scope, when it became true, how long it is.
UPDATE memories SET
  scope = CASE WHEN task_id IS NULL THEN 'project' ELSE 'task' END,
  valid_from = created_at,
  updated_at = created_at,
  trust = CASE WHEN source = 'person' THEN 'person' ELSE 'agent' END,
  tokens = (length(text) + 3) / 4;
--> statement-breakpoint
INSERT INTO memory_changes (memory_id, project_id) SELECT id, project_id FROM memories ORDER BY id;
--> statement-breakpoint
INSERT INTO memory_store (id) VALUES (lower(hex(randomblob(16))));
--> statement-breakpoint
CREATE TRIGGER memories_added AFTER INSERT ON memories BEGIN
  INSERT INTO memory_changes (memory_id, project_id) VALUES (NEW.id, NEW.project_id);
END;
--> statement-breakpoint
-- Counting a text that was stored again changes no index.
CREATE TRIGGER memories_changed AFTER UPDATE OF text, type, agent, task_id, task_key, scope, session, status, created_at, project_id ON memories BEGIN
  INSERT INTO memory_changes (memory_id, project_id) VALUES (NEW.id, NEW.project_id);
END;
--> statement-breakpoint
CREATE TRIGGER memories_removed AFTER DELETE ON memories BEGIN
  INSERT INTO memory_changes (memory_id, project_id) VALUES (OLD.id, OLD.project_id);
END;
--> statement-breakpoint
-- What was made from a text goes with it.
CREATE TRIGGER memories_rewritten AFTER UPDATE OF text ON memories WHEN NEW.text IS NOT OLD.text BEGIN
  DELETE FROM memory_vectors WHERE memory_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER memories_gone AFTER DELETE ON memories BEGIN
  DELETE FROM memory_vectors WHERE memory_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER memory_embeddings_unused AFTER DELETE ON memory_vectors BEGIN
  DELETE FROM memory_embeddings WHERE model_id = OLD.model_id AND text_sha256 = OLD.text_sha256
    AND NOT EXISTS (SELECT 1 FROM memory_vectors WHERE text_sha256 = OLD.text_sha256 AND model_id = OLD.model_id);
END;
--> statement-breakpoint
CREATE TRIGGER memory_vectors_added AFTER INSERT ON memory_vectors BEGIN
  INSERT INTO memory_changes (memory_id, project_id, kind) VALUES (NEW.memory_id, NEW.project_id, 'vector');
END;
--> statement-breakpoint
CREATE TRIGGER memory_vectors_removed AFTER DELETE ON memory_vectors BEGIN
  INSERT INTO memory_changes (memory_id, project_id, kind) VALUES (OLD.memory_id, OLD.project_id, 'vector');
END;
--> statement-breakpoint
CREATE TRIGGER memory_history_no_update BEFORE UPDATE ON memory_history BEGIN
  SELECT RAISE(ABORT, 'memory_history is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER memory_history_no_delete BEFORE DELETE ON memory_history BEGIN
  SELECT RAISE(ABORT, 'memory_history is append-only');
END;
