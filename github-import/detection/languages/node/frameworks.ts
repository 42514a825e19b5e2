/** A framework, by the dependency that tells of it. */
export interface NodeFramework {
  name: string;
  dependency: string;
  /** Where its server listens unless told. */
  port: number | null;
  /** The binary's arguments, where no script says how to run it; absent where there is no such command. */
  build?: string;
  start?: string;
}

/** The more specific first: a Next.js project depends on React as well. */
const NODE_FRAMEWORKS: readonly NodeFramework[] = [
  { name: "nextjs", dependency: "next", port: 3000, build: "next build", start: "next start" },
  { name: "nuxt", dependency: "nuxt", port: 3000, build: "nuxt build", start: "nuxt preview" },
  { name: "remix", dependency: "@remix-run/react", port: 3000, build: "remix build" },
  { name: "react-router", dependency: "@react-router/dev", port: 3000, build: "react-router build" },
  { name: "tanstack-start", dependency: "@tanstack/react-start", port: 3000, build: "vite build" },
  { name: "solidstart", dependency: "@solidjs/start", port: 3000 },
  { name: "qwik", dependency: "@builder.io/qwik", port: 5173 },
  { name: "astro", dependency: "astro", port: 4321, build: "astro build", start: "astro preview" },
  { name: "gatsby", dependency: "gatsby", port: 8000, build: "gatsby build", start: "gatsby develop" },
  { name: "sveltekit", dependency: "@sveltejs/kit", port: 5173, build: "vite build", start: "vite preview" },
  {
    name: "docusaurus",
    dependency: "@docusaurus/core",
    port: 3000,
    build: "docusaurus build",
    start: "docusaurus start",
  },
  { name: "vitepress", dependency: "vitepress", port: 5173 },
  { name: "eleventy", dependency: "@11ty/eleventy", port: 8080, build: "eleventy", start: "eleventy --serve" },
  { name: "angular", dependency: "@angular/core", port: 4200, build: "ng build", start: "ng serve" },
  { name: "expo", dependency: "expo", port: 8081, start: "expo start" },
  { name: "ionic", dependency: "@ionic/core", port: 8100 },
  { name: "nestjs", dependency: "@nestjs/core", port: 3000, build: "nest build", start: "nest start" },
  { name: "adonis", dependency: "@adonisjs/core", port: 3333 },
  { name: "redwood", dependency: "@redwoodjs/core", port: 8910 },
  { name: "strapi", dependency: "@strapi/strapi", port: 1337, build: "strapi build", start: "strapi start" },
  { name: "keystone", dependency: "@keystone-6/core", port: 3000, build: "keystone build", start: "keystone start" },
  { name: "encore", dependency: "encore.dev", port: 4000 },
  { name: "storybook", dependency: "@storybook/react", port: 6006 },
  {
    name: "create-react-app",
    dependency: "react-scripts",
    port: 3000,
    build: "react-scripts build",
    start: "react-scripts start",
  },
  { name: "svelte", dependency: "svelte", port: 5173 },
  { name: "solid", dependency: "solid-js", port: 5173 },
  { name: "preact", dependency: "preact", port: 5173 },
  { name: "vue", dependency: "vue", port: 5173 },
  { name: "react", dependency: "react", port: 5173 },
  { name: "hono", dependency: "hono", port: 3000 },
  { name: "fastify", dependency: "fastify", port: 3000 },
  { name: "koa", dependency: "koa", port: 3000 },
  { name: "hapi", dependency: "@hapi/hapi", port: 3000 },
  { name: "express", dependency: "express", port: 3000 },
  { name: "vite", dependency: "vite", port: 5173, build: "vite build", start: "vite preview" },
  { name: "parcel", dependency: "parcel", port: 1234 },
];

/** Libraries of a view alone: the build tool serves them, and it alone knows the port. */
const VIEW_LIBRARIES = new Set(["svelte", "solid", "preact", "vue", "react"]);

export function findFramework(dependencies: ReadonlySet<string>): NodeFramework | undefined {
  const found = NODE_FRAMEWORKS.find(({ dependency }) => dependencies.has(dependency));
  if (found === undefined || !VIEW_LIBRARIES.has(found.name)) return found;
  // A library that merely works with React has it among its dependencies, too; only a build tool makes a page of it.
  const tool = NODE_FRAMEWORKS.find(
    ({ name, dependency }) => ["vite", "parcel"].includes(name) && dependencies.has(dependency),
  );
  return { ...found, port: tool?.port ?? null, ...(tool?.build === undefined ? {} : { build: tool.build }) };
}
