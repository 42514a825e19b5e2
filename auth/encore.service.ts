import { Service } from "encore.dev/service";
import { translateErrors } from "../platform/error-middleware";

export default new Service("auth", { middlewares: [translateErrors] });
