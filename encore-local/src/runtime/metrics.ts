type MetricType = "Counter" | "Gauge";

/** Hands out the slots of the shared buffer in which the SDK counts: one per metric, service and set of labels. */
export class MetricsRegistry {
  readonly #capacity: number;
  readonly #slots = new Map<string, number>();

  constructor(buffer: ArrayLike<bigint>) {
    this.#capacity = buffer.length;
  }

  allocateSlot(
    name: string,
    labels: [name: string, value: string][],
    service: string | null | undefined,
    type: MetricType,
  ): number {
    const key = JSON.stringify([name, service ?? null, type, [...labels].sort()]);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    if (slot >= this.#capacity) {
      throw new Error(
        `All ${this.#capacity} slots for metrics are in use; the metric ${name} has too many sets of labels.`,
      );
    }
    this.#slots.set(key, slot);
    return slot;
  }

  slotCount(): number {
    return this.#slots.size;
  }
}
