type MetricType = "Counter" | "Gauge";

export interface Sample {
  name: string;
  type: MetricType;
  labels: [name: string, value: string][];
  value: bigint | number;
}

interface Slot extends Omit<Sample, "value"> {
  index: number;
}

/** Hands out the slots of the shared buffer in which the SDK counts: one per metric, service and set of labels. */
export class MetricsRegistry {
  readonly #buffer: BigUint64Array;
  readonly #slots = new Map<string, Slot>();

  constructor(buffer: BigUint64Array) {
    this.#buffer = buffer;
  }

  allocateSlot(
    name: string,
    given: [name: string, value: string][],
    service: string | null | undefined,
    type: MetricType,
  ): number {
    const labels = given.map(([label, value]): [string, string] => [snakeCase(label), value]);
    if (service !== null && service !== undefined) labels.push(["service", service]);
    labels.sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([name, type, labels]);
    const known = this.#slots.get(key);
    if (known !== undefined) return known.index;
    const index = this.#slots.size;
    if (index >= this.#buffer.length) {
      throw new Error(
        `All ${this.#buffer.length} slots for metrics are in use; the metric ${name} has too many sets of labels.`,
      );
    }
    this.#slots.set(key, { name, type, labels, index });
    return index;
  }

  slotCount(): number {
    return this.#slots.size;
  }

  /** What has been counted so far. */
  samples(): Sample[] {
    return [...this.#slots.values()].map(({ index, ...slot }) => {
      const bits = Atomics.load(this.#buffer, index);
      return { ...slot, value: slot.type === "Counter" ? bits : asDouble(bits) };
    });
  }
}

/** A gauge's slot holds the bits of a double. */
const asDouble = (bits: bigint): number => new Float64Array(new BigUint64Array([bits]).buffer)[0] ?? 0;

/** Words begin at capitals and at digits: `statusCode` is `status_code`, `http2` is `http_2`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/[-\s]+/g, "_")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/([A-Za-z])(\d)/g, "$1_$2")
    .replace(/(\d)([A-Za-z])/g, "$1_$2")
    .toLowerCase();
