import { RowUpdates } from "../platform/row-updates";

/** Changes of workspaces, by id. */
export const workspaceUpdates = new RowUpdates();
