/** A framework, by its distribution. */
export interface PythonFramework {
  name: string;
  /** Where its server listens unless told. */
  port: number | null;
  /** What the module that holds the application says; it tells which module to serve. */
  application?: RegExp;
}

/** The more specific first: FastAPI brings Starlette, Dash brings Flask. */
export const PYTHON_FRAMEWORKS: readonly PythonFramework[] = [
  { name: "django", port: 8000 },
  { name: "fastapi", port: 8000, application: /^(\w+)[ \t]*(?::[^=\n]+)?=\s*(?:fastapi\.)?FastAPI\(/m },
  { name: "streamlit", port: 8501 },
  { name: "gradio", port: 7860 },
  { name: "chainlit", port: 8000 },
  { name: "reflex", port: 3000 },
  { name: "nicegui", port: 8080 },
  { name: "dash", port: 8050 },
  { name: "litestar", port: 8000, application: /^(\w+)[ \t]*(?::[^=\n]+)?=\s*(?:litestar\.)?Litestar\(/m },
  { name: "starlette", port: 8000, application: /^(\w+)[ \t]*(?::[^=\n]+)?=\s*(?:starlette\.)?Starlette\(/m },
  { name: "quart", port: 5000, application: /^(\w+)[ \t]*(?::[^=\n]+)?=\s*(?:quart\.)?Quart\(/m },
  { name: "flask", port: 5000, application: /^(\w+)[ \t]*(?::[^=\n]+)?=\s*(?:flask\.)?Flask\(/m },
  { name: "sanic", port: 8000 },
  { name: "aiohttp", port: 8080 },
  { name: "tornado", port: 8888 },
  { name: "bottle", port: 8080 },
  { name: "pyramid", port: 6543 },
  { name: "mkdocs", port: 8000 },
];

/** Where applications are usually defined, the likelier first. */
export const APPLICATION_MODULES = [
  "main.py",
  "app.py",
  "asgi.py",
  "wsgi.py",
  "server.py",
  "api.py",
  "app/main.py",
  "app/__init__.py",
  "app/app.py",
  "src/main.py",
  "src/app.py",
  "src/app/main.py",
  "backend/main.py",
  "api/main.py",
];
