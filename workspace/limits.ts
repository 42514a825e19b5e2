const DEFAULT_WORKSPACES_PER_USER = 200;

/** How many workspaces with a sandbox one user may have; VAPORFORM_WORKSPACES_PER_USER in the environment sets another number. */
export function workspacesPerUser(): number {
  const given = Number(process.env.VAPORFORM_WORKSPACES_PER_USER);
  return Number.isInteger(given) && given > 0 ? given : DEFAULT_WORKSPACES_PER_USER;
}
