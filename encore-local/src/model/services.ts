import path from "node:path";
import ts from "typescript";
import type { Module, Modules } from "./modules";
import { docOf, locationOf, type Reporter } from "./reporter";
import type { Service } from "./types";

const SERVICE_FILE = "encore.service.ts";

/** The services of the app: each folder with an encore.service.ts is one. Reports nested and repeated ones. */
export function findServices(files: string[], modules: Modules, reporter: Reporter): Service[] {
  const services: Service[] = [];
  for (const file of files) {
    if (path.posix.basename(file) !== SERVICE_FILE) continue;
    const service = readService(file, modules.load(file), reporter);
    if (service === undefined) continue;
    if (services.some(({ name }) => name === service.name)) {
      reporter.report("E1103", service.location, { detail: `service '${service.name}'` });
    }
    services.push(service);
  }
  for (const inner of services) {
    const outer = services.find((other) => other !== inner && isBelow(inner.folder, other.folder));
    if (outer !== undefined) {
      reporter.report("E1402", inner.location, { detail: `'${inner.name}' is inside '${outer.name}'` });
    }
  }
  return services;
}

/**
 * Adds the services that folders without an encore.service.ts are by what their files define. The outermost such folder
 * counts; one that holds other services is none, and what it defines is reported as outside of every service.
 */
export function addImplicitServices(services: Service[], modules: readonly Module[], root: string): void {
  const outside = modules.filter(({ file }) => serviceOf(file, services) === undefined);
  const folders = [...new Set(outside.map(({ file }) => folderOf(file)))];
  const outermost = folders.filter((folder) => !folders.some((other) => other !== folder && isBelow(folder, other)));
  for (const folder of outermost) {
    const first = outside.find(({ file }) => isBelow(folderOf(file), folder));
    if (first === undefined || services.some((service) => isBelow(service.folder, folder))) continue;
    const name = path.basename(folder === "" ? root : folder);
    services.push({ name, folder, endpoints: [], location: locationOf(first.source) });
  }
}

function folderOf(file: string): string {
  const folder = path.posix.dirname(file);
  return folder === "." ? "" : folder;
}

/** The service whose folder holds the file. */
export function serviceOf(file: string, services: Service[]): string | undefined {
  return services.find(({ folder }) => isBelow(folderOf(file), folder))?.name;
}

function isBelow(folder: string, of: string): boolean {
  return of === "" || folder === of || folder.startsWith(`${of}/`);
}

function readService(file: string, module: Module, reporter: Reporter): Service | undefined {
  const assignment = module.source.statements.find(ts.isExportAssignment);
  if (assignment === undefined || !ts.isNewExpression(assignment.expression)) {
    reporter.report("E1405", assignment ?? module.source, { detail: `the Service of ${file}` });
    return undefined;
  }
  const name = assignment.expression.arguments?.[0];
  // Anything but a literal is reported where every `new Service` is checked.
  if (name === undefined || !ts.isStringLiteral(name)) return undefined;
  const doc = docOf(assignment);
  return {
    name: name.text,
    folder: folderOf(file),
    module: file.replace(/\.ts$/, ""),
    ...(doc === undefined ? {} : { doc }),
    endpoints: [],
    location: locationOf(assignment.expression),
  };
}
