import { api } from "encore.dev/api";
import type { Detection } from "./detection/detection";
import { findDetection } from "./import-store";
import { ownedImport } from "./imports";

interface DetectionRequest {
  importId: string;
}

interface DetectionResponse {
  /** Null until the import has come to detecting. */
  detection: Detection | null;
}

/** What the imported code is, how it is installed, built, started and tested, and the evidence for each of it. */
export const getDetection = api(
  { expose: true, auth: true, method: "GET", path: "/github/imports/:importId/detection" },
  async ({ importId }: DetectionRequest): Promise<DetectionResponse> => {
    const { id } = await ownedImport(importId);
    return { detection: await findDetection(id) };
  },
);
