import { z } from "zod";
import { type Reader, SURE } from "../reading";
import { decideRuntimeVersion } from "../runtime-version";
import { StackBuilder } from "../stack-builder";

const FRAMEWORKS: readonly [name: string, packages: RegExp][] = [
  ["laravel", /^laravel\/(framework|lumen-framework)$/],
  ["symfony", /^symfony\/framework-bundle$/],
  ["drupal", /^drupal\/(core|core-recommended)$/],
  ["wordpress", /^(johnpbloch|roots)\/wordpress/],
  ["slim", /^slim\/slim$/],
  ["cakephp", /^cakephp\/cakephp$/],
  ["codeigniter", /^codeigniter4\/framework$/],
  ["yii", /^yiisoft\/yii2$/],
];

const PORT = 8000;

const texts = z.record(z.string(), z.string().catch("")).catch({}).default({});
const composerJson = z.object({
  require: texts,
  "require-dev": texts,
  scripts: z.record(z.string(), z.unknown()).catch({}).default({}),
});

export const readPhp: Reader = async (folder) => {
  const manifest = await folder.json("composer.json", composerJson);
  const wordpress = folder.first("wp-config-sample.php", "wp-config.php", "wp-login.php");
  const page = folder.first("index.php", "public/index.php");
  const file = folder.first("composer.json") ?? wordpress ?? page;
  if (file === undefined) return null;
  const packages = Object.keys(manifest?.require ?? {});
  const found = FRAMEWORKS.find(([, pattern]) => packages.some((name) => pattern.test(name)));
  const framework = found?.[0] ?? (wordpress === undefined ? undefined : "wordpress");
  const stack = new StackBuilder(folder, "php", "PHP", {
    file,
    because: file === "composer.json" ? "Composer's manifest" : "a page in PHP",
    confidence: framework !== undefined ? SURE.framework : file === "composer.json" ? SURE.manifest : SURE.toolsOnly,
  });
  const uses = { file, because: `uses ${framework}`, confidence: 0.95 };
  stack.decide("framework", framework, uses);
  if (file === "composer.json") {
    stack.decide("packageManager", "composer", { file, because: "Composer's manifest", confidence: 1 });
    stack.decide("install", "composer install", { file, because: "Composer's manifest", confidence: 0.95 });
  }
  if (folder.has("artisan")) {
    const start = `php artisan serve --host=0.0.0.0 --port=${PORT}`;
    stack.decide("start", start, { file: "artisan", because: "Laravel's command line", confidence: 0.95 });
  }
  if (page !== undefined) {
    const root = page === "index.php" ? "" : " -t public";
    stack.decide("start", `php -S 0.0.0.0:${PORT}${root}`, {
      file: page,
      because: "the page that is served",
      confidence: 0.8,
    });
  }
  if (stack.get("start") !== undefined)
    stack.decide("port", PORT, { file, because: "the start command", confidence: 0.9 });
  if (manifest?.scripts.test !== undefined) {
    stack.decide("test", "composer test", { file, because: "its script test", confidence: 1 });
  }
  const development = Object.keys(manifest?.["require-dev"] ?? {});
  for (const [name, binary] of [
    ["pestphp/pest", "pest"],
    ["phpunit/phpunit", "phpunit"],
  ] as const) {
    if (development.includes(name))
      stack.decide("test", `vendor/bin/${binary}`, { file, because: `requires ${name}`, confidence: 0.9 });
  }
  await decideRuntimeVersion(stack, { files: [".php-version"], tools: ["php"] });
  stack.decide("runtimeVersion", manifest?.require.php, { file, because: "its require.php", confidence: 1 });
  return stack.build();
};
