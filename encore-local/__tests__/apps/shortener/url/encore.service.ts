import { middleware } from "encore.dev/api";
import { Service } from "encore.dev/service";

const countsAnswers = middleware({ target: { tags: ["counted"] } }, async (req, next) => {
  const response = await next(req);
  response.header.set("X-Answered-By", "url");
  return response;
});

export default new Service("url", { middlewares: [countsAnswers] });
