-- Owner: platform, whose middleware every service runs.

-- Requests counted in windows, in the form that rate-limiter-flexible wants. Keys are hashes of users and addresses.
CREATE UNLOGGED TABLE request_counts (
  key    VARCHAR(255) PRIMARY KEY,
  points INTEGER NOT NULL DEFAULT 0,
  -- Milliseconds since 1970; NULL for never.
  expire BIGINT
);
CREATE INDEX request_counts_expire ON request_counts (expire);

-- What was answered to a request that carries an Idempotency-Key, so that the same request again gets the same answer.
CREATE TABLE idempotency_keys (
  user_id      TEXT NOT NULL,
  -- 'service.endpoint'
  endpoint     TEXT NOT NULL,
  key          TEXT NOT NULL,
  -- SHA-256 of the request, in hexadecimal digits.
  request_hash TEXT NOT NULL,
  -- NULL while the first request is worked on, until lease_until at the longest.
  response     JSONB,
  lease_until  TIMESTAMPTZ NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, endpoint, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Each act of a user that may change something. No payloads.
CREATE TABLE audit_entries (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         TIMESTAMPTZ NOT NULL DEFAULT now(),
  user_id    TEXT NOT NULL,
  -- 'service.endpoint'
  action     TEXT NOT NULL,
  method     TEXT NOT NULL,
  -- Without the query.
  path       TEXT NOT NULL,
  -- What the act was done to, or what it made; NULL where it is neither.
  project_id UUID,
  subject_id UUID,
  -- From where; NULL where no proxy tells.
  address    TEXT,
  user_agent TEXT,
  -- 'ok' or an error code; NULL when the process ended in the middle of it.
  outcome    TEXT
);
CREATE INDEX audit_entries_user ON audit_entries (user_id, id DESC);
CREATE INDEX audit_entries_project ON audit_entries (project_id, id DESC) WHERE project_id IS NOT NULL;
CREATE INDEX audit_entries_at ON audit_entries (at);
