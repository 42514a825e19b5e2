import type { Metric } from "./parse";
import type { Sample } from "./registry";

/** The text format of Prometheus, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats */
export function prometheusText(metrics: readonly Metric[], samples: readonly Sample[]): string {
  return metrics
    .map((metric) =>
      metricText(
        metric,
        samples.filter(({ name }) => name === metric.name),
      ),
    )
    .join("");
}

function metricText({ name, kind, doc }: Metric, samples: readonly Sample[]): string {
  const help = doc === undefined ? "" : `# HELP ${name} ${doc.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}\n`;
  const lines = samples.map(({ labels, value }) => {
    const pairs = labels.map(([label, text]) => `${label}="${escaped(text)}"`).join(",");
    return `${name}${pairs === "" ? "" : `{${pairs}}`} ${valueText(value)}\n`;
  });
  return `${help}# TYPE ${name} ${kind}\n${lines.join("")}`;
}

const escaped = (text: string): string => text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n");

function valueText(value: bigint | number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
