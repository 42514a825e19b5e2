-- Owner: projects. Other tables may refer to projects(id), and auth/ownership.ts reads owner_id and deleted_at.
CREATE TABLE projects (
  id          UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id    TEXT NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  -- What was detected or asked for: a name such as 'python' or 'typescript'. NULL until known.
  language    TEXT,
  framework   TEXT,
  -- 'owner/name' of the repository that it was imported from, if any.
  repository  TEXT,
  created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- A deleted project keeps its row until everything that belonged to it is gone.
  deleted_at  TIMESTAMPTZ,
  -- A deletion is announced several times, since a message may be lost: when next (NULL: no more), and how often so far.
  announce_at   TIMESTAMPTZ,
  announcements INT NOT NULL DEFAULT 0
);

-- A name may be taken again once its project is deleted.
CREATE UNIQUE INDEX projects_owner_name_living ON projects (owner_id, name) WHERE deleted_at IS NULL;
CREATE INDEX projects_owner_created ON projects (owner_id, created_at DESC, id DESC);
CREATE INDEX projects_announce_due ON projects (announce_at) WHERE announce_at IS NOT NULL;
