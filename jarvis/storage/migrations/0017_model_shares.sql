-- What of a model in memory lies on which GPU: JSON, a list of [gpu, layers, MiB].
ALTER TABLE model_runs ADD COLUMN shares TEXT NOT NULL DEFAULT '[]';
