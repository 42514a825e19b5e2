import { describe, expect, it } from "vitest";
import { imageFor } from "./images";

describe("the image for a sandbox", () => {
  it.each([
    ["typescript", "20", null],
    ["python", "3.12", null],
    ["static", null, null],
    ["unknown", null, null],
    [null, null, null],
    ["constructor", null, null],
    ["go", null, "golang:1.24"],
    ["go", "1.22.3", "golang:1.22"],
    ["go", ">=1.21", "golang:1.21"],
    ["rust", "stable", "rust:1"],
    ["rust", "1.75.0", "rust:1.75"],
    ["java", null, "maven:3-eclipse-temurin-21"],
    ["java", "1.8", "maven:3-eclipse-temurin-8"],
    ["java", "16", "maven:3-eclipse-temurin-17"],
    ["java", "25", "maven:3-eclipse-temurin-21"],
    ["ruby", "3.3.1", "ruby:3.3"],
    ["php", "^8.2", "php:8.2-cli"],
    ["dotnet", "net9.0", "mcr.microsoft.com/dotnet/sdk:9.0"],
    ["dotnet", "8", "mcr.microsoft.com/dotnet/sdk:8.0"],
    ["elixir", "~> 1.15", "elixir:1.15"],
    ["deno", "2.1", "denoland/deno:debian"],
    ["cpp", null, "gcc:14"],
  ])("of %s %s is %s", (language, version, image) => {
    expect(imageFor(language, version)).toBe(image);
  });
});
