import { getAuthData } from "~encore/auth";

/** The id of the signed-in user. Endpoints that ask have `auth: true`, so there is one. */
export function currentUser(): string {
  const data = getAuthData();
  if (data === null) throw new Error("currentUser() was called outside an authenticated request");
  return data.userID;
}
