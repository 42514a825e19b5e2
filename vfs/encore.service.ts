import { Service } from "encore.dev/service";
import { keepAudit } from "../platform/audit";
import { translateErrors } from "../platform/error-middleware";
import { replayCreations } from "../platform/idempotency";
import { limitRequests } from "../platform/request-limits";
import { limitStreams } from "../platform/stream-limits";

export default new Service("vfs", {
  middlewares: [translateErrors, limitRequests, limitStreams, keepAudit, replayCreations],
});
