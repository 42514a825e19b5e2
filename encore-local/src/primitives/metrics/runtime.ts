import type { StartPrimitive } from "../running";
import { prometheusText } from "./prometheus";
import { MetricsRegistry } from "./registry";

/** The SDK's names of the kinds of metrics. */
export const MetricType = { Counter: "Counter", Gauge: "Gauge" };

/** The SDK counts in a buffer of its own, in slots that the registry hands out; `/__encore/metrics` shows them. */
export const metrics: StartPrimitive = ({ config: { model } }) => {
  let registry: MetricsRegistry | undefined;
  return {
    methods: {
      createMetricsRegistry(buffer: BigUint64Array): void {
        registry ??= new MetricsRegistry(buffer);
      },
      getMetricsRegistry(): MetricsRegistry {
        if (registry === undefined) throw new Error("Metrics registry not initialized");
        return registry;
      },
      /** A metric that one service uses is counted for that service; any other, for the one whose request runs. */
      runtimeConfig: () => ({
        metrics: Object.fromEntries(model.metrics.map(({ name, services }) => [name, { name, services }])),
      }),
    },
    pages: {
      metrics: () => ({
        type: "text/plain; version=0.0.4; charset=utf-8",
        body: prometheusText(model.metrics, registry?.samples() ?? []),
      }),
    },
  };
};
