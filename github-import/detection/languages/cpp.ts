import { type Reader, SURE } from "../reading";
import { StackBuilder } from "../stack-builder";

interface BuildSystem {
  name: string;
  file: string;
  build: string;
  test: string | null;
}

/** In this order where there are several: a Makefile often only calls another. */
const BUILD_SYSTEMS: readonly BuildSystem[] = [
  {
    name: "cmake",
    file: "CMakeLists.txt",
    build: "cmake -B build && cmake --build build",
    test: "ctest --test-dir build",
  },
  {
    name: "meson",
    file: "meson.build",
    build: "meson setup build && meson compile -C build",
    test: "meson test -C build",
  },
  { name: "autotools", file: "configure.ac", build: "autoreconf -i && ./configure && make", test: "make check" },
  { name: "configure", file: "configure", build: "./configure && make", test: null },
  { name: "make", file: "Makefile", build: "make", test: null },
];

const PACKAGE_MANAGERS = {
  "conanfile.txt": ["conan", "conan install . --build=missing"],
  "conanfile.py": ["conan", "conan install . --build=missing"],
  "vcpkg.json": ["vcpkg", "vcpkg install"],
} as const;

const SOURCE = /\.(c|cc|cpp|cxx|hpp|h)$/;

/** C and C++; a Makefile alone tells of neither, so there must be source for it to build. */
export const readCpp: Reader = async (folder) => {
  const system = BUILD_SYSTEMS.find(({ file }) => folder.has(file));
  if (system === undefined) return null;
  const own = system.name === "cmake" || system.name === "meson" || system.name === "autotools";
  const source = own ? system.file : [...folder.everyFile()].find((file) => SOURCE.test(file));
  if (source === undefined) return null;
  const stack = new StackBuilder(folder, "cpp", "C/C++", {
    file: system.file,
    because: `a project of ${system.name}`,
    confidence: own ? SURE.manifest : SURE.toolsOnly,
  });
  for (const [file, [manager, install]] of Object.entries(PACKAGE_MANAGERS)) {
    if (!folder.has(file)) continue;
    stack.decide("packageManager", manager, { file, because: "its manifest", confidence: 0.95 });
    stack.decide("install", install, { file, because: "its manifest", confidence: 0.9 });
  }
  const how = { file: system.file, because: `how ${system.name} does it`, confidence: 0.85 };
  stack.decide("build", system.build, how);
  stack.decide("test", system.test, how);
  const text = (await folder.text(system.file)) ?? "";
  if (system.name === "make" && /^test\s*:/m.test(text))
    stack.decide("test", "make test", { ...how, because: "its target test" });
  return stack.build();
};
