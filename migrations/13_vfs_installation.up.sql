-- Owner: vfs. By which a bucket of GridFS knows its database: what one has no row of may be another's.
CREATE TABLE vfs_installation (
  only_one BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_one),
  id       UUID NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO vfs_installation DEFAULT VALUES;
