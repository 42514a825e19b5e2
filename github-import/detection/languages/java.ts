import type { Folder } from "../folder";
import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

interface JavaFramework {
  name: string;
  /** What its plugin or artifact is called in a build file. */
  artifact: RegExp;
  maven: string;
  gradle: string;
}

const FRAMEWORKS: readonly JavaFramework[] = [
  {
    name: "spring-boot",
    artifact: /spring-boot|org\.springframework\.boot/,
    maven: "spring-boot:run",
    gradle: "bootRun",
  },
  { name: "quarkus", artifact: /io\.quarkus/, maven: "quarkus:dev", gradle: "quarkusDev" },
  { name: "micronaut", artifact: /io\.micronaut/, maven: "mn:run", gradle: "run" },
  { name: "ktor", artifact: /io\.ktor/, maven: "exec:java", gradle: "run" },
];

/** All four listen there. */
const PORT = 8080;

const MAVEN_VERSION = /<(?:java\.version|maven\.compiler\.(?:release|source)|release)>\s*([\d.]+)\s*</;
const GRADLE_VERSION =
  /(?:JavaLanguageVersion\.of\(|jvmToolchain\(|(?:sourceCompatibility|JavaVersion\.VERSION_)[ ='"]*(?:JavaVersion\.VERSION_)?)(\d[\d._]*)/;

/** Maven before Gradle, as the older of the two mostly stands beside the other for its users' sake. */
export const readJava: Reader = async (folder) => {
  const gradle = folder.first("build.gradle.kts", "build.gradle", "settings.gradle.kts", "settings.gradle");
  if (folder.has("pom.xml")) return await read(folder, "pom.xml");
  return gradle === undefined ? null : await read(folder, gradle);
};

async function read(folder: Folder, file: string) {
  const maven = file === "pom.xml";
  const text = (await folder.text(file)) ?? "";
  const framework = FRAMEWORKS.find(({ artifact }) => artifact.test(text));
  const stack = new StackBuilder(folder, "java", "Java", {
    file,
    because: maven ? "Maven's manifest" : "Gradle's build file",
    confidence: framework === undefined ? SURE.manifest : SURE.framework,
  });
  const uses = { file, because: `uses ${framework?.name}`, confidence: 0.9 };
  stack.decide("framework", framework?.name, uses);
  const tool = maven ? "maven" : "gradle";
  const because = { file, because: `how ${tool} does it`, confidence: 0.9 };
  const wrapper = folder.first(maven ? "mvnw" : "gradlew");
  const program = wrapper === undefined ? (maven ? "mvn" : "gradle") : `./${wrapper}`;
  stack.decide("packageManager", tool, because);
  stack.decide("install", maven ? `${program} -B dependency:resolve` : `${program} dependencies`, because);
  stack.decide("build", maven ? `${program} -B package -DskipTests` : `${program} assemble`, because);
  if (framework !== undefined) {
    stack.decide("start", `${program} ${maven ? framework.maven : framework.gradle}`, uses);
    stack.decide("port", PORT, { ...uses, because: `where ${framework.name} listens unless told`, confidence: 0.8 });
  } else if (!maven && /\bapplication\b/.test(text)) {
    stack.decide("start", `${program} run`, { ...because, because: "Gradle's application plugin" });
  }
  stack.decide("test", `${program} test`, because);
  await decideRuntimeVersion(stack, { files: [".java-version"], tools: ["java"] });
  const version = (maven ? MAVEN_VERSION : GRADLE_VERSION).exec(text)?.[1]?.replace(/^1[._]/, "");
  stack.decide("runtimeVersion", version, { file, because: "the version that it compiles for", confidence: 0.9 });
  return stack.build();
}
