import { APIError, Gateway, type Header } from "encore.dev/api";
import { authHandler } from "encore.dev/auth";

interface Credentials {
  authorization: Header<"Authorization">;
}

export interface Clerk {
  userID: string;
}

export const auth = authHandler<Credentials, Clerk>(async ({ authorization }) => {
  const name = /^Bearer clerk-(\w+)$/.exec(authorization)?.[1];
  if (name === undefined) throw APIError.unauthenticated("this token is no clerk's");
  return { userID: name };
});

export const gateway = new Gateway({ authHandler: auth });
