import { DomainError } from "../platform/errors";
import { openTreeArchive } from "../vfs/tree-archive";
import type { Toolbox } from "./toolbox";
import { PROJECT_FOLDER } from "./workspace";

const UNPACK_SECONDS = 300;
const ARCHIVE = "vaporform-files.tar.gz";

/** Where files go, and whose. */
export interface FilesTarget {
  projectId: string;
  toolbox: Toolbox;
}

/** All files in one archive, unpacked aside and moved into place, so that a second attempt finds no halves. */
export async function sendFiles({ projectId, toolbox }: FilesTarget): Promise<void> {
  await toolbox.upload({ path: ARCHIVE, content: openTreeArchive({ projectId }) });
  const fresh = `${PROJECT_FOLDER}.new`;
  const command = [
    `rm -rf ${fresh}`,
    `mkdir ${fresh}`,
    `tar -xzf ${ARCHIVE} -C ${fresh}`,
    `rm -rf ${PROJECT_FOLDER}`,
    `mv ${fresh} ${PROJECT_FOLDER}`,
    `rm ${ARCHIVE}`,
  ].join(" && ");
  const { exitCode, output } = await toolbox.exec({ command: `sh -c '${command}'`, timeoutSeconds: UNPACK_SECONDS });
  if (exitCode !== 0) {
    throw new DomainError(
      "daytona_unavailable",
      `the files could not be unpacked in the sandbox: ${output.slice(0, 300)}`,
    );
  }
}
