/** Holds everyone who comes until it is opened. */
export class Gate {
  arrivals = 0;
  #open: () => void = () => undefined;
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  async pass(): Promise<void> {
    this.arrivals += 1;
    await this.#opened;
  }

  open(): void {
    this.#open();
  }
}
