// What the app uses of encore.dev/metrics. The package ships its source in place of declarations, and that source does not
// pass under noUncheckedIndexedAccess; see tsconfig.check.json.

type Labels<L> = Record<keyof L, string | number | boolean>;

export declare class Counter {
  constructor(name: string);
  increment(value?: number): void;
}

export declare class CounterGroup<L extends Labels<L>> {
  constructor(name: string);
  with(labels: L): Counter;
}
