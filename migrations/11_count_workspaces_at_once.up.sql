-- Owner: workspace.

-- The owner's workspaces with a sandbox, counted by one transaction at a time for each owner, so that two at once cannot both be
-- the last one. A function, since each of its statements sees what was committed meanwhile: the lock and the count are one trip.
CREATE FUNCTION workspaces_counted_alone(owner TEXT) RETURNS INT LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('workspaces of ' || owner, 0));
  RETURN (SELECT count(*) FROM workspaces
    WHERE owner_id = owner AND mode = 'daytona' AND status NOT IN ('deleting', 'deleted'));
END $$;
