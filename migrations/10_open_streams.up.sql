-- Owner: platform, whose middleware every service runs.

-- Streams that are open, of all instances. A row whose lease is over belongs to an instance that has died.
CREATE UNLOGGED TABLE open_streams (
  id          UUID PRIMARY KEY,
  user_id     TEXT NOT NULL,
  lease_until TIMESTAMPTZ NOT NULL
);
CREATE INDEX open_streams_user ON open_streams (user_id);
