import { APIError, api, Gateway, type Header, type Query } from "encore.dev/api";
import { authHandler } from "encore.dev/auth";
import { getAuthData } from "~encore/auth";

interface Credentials {
  authorization?: Header<"Authorization">;
  token?: Query<"token">;
}

export interface Member {
  userID: string;
  nickname: string;
  joined: Date;
}

export const auth = authHandler<Credentials, Member>(async ({ authorization, token }) => {
  const given = token ?? authorization?.replace(/^Bearer /, "");
  if (!given?.startsWith("member-")) throw APIError.unauthenticated("this token is no member's");
  const nickname = given.slice("member-".length);
  return { userID: `u-${nickname}`, nickname, joined: new Date(0) };
});

export const gateway = new Gateway({ authHandler: auth });

export const me = api(
  { expose: true, auth: true, method: "GET", path: "/me" },
  async (): Promise<{ nickname: string; joined: Date }> => {
    const member = getAuthData();
    if (!member) throw APIError.internal("an endpoint with auth ran without anyone's");
    return { nickname: member.nickname, joined: member.joined };
  },
);
