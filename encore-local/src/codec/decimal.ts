/** Encore keeps decimals as exact fractions and bounds what it reads. */
const MAX_LENGTH = 1 << 18;
const MAX_EXPONENT = 1 << 14;
const FRACTION_DIGITS_OF_ENDLESS = 10;

const NOTATION = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A number without rounding: a fraction in lowest terms. The SDK's own `Decimal` wraps it. */
export class Decimal {
  readonly #numerator: bigint;
  readonly #denominator: bigint;

  constructor(value: string) {
    const [numerator, denominator] = parse(value);
    this.#numerator = numerator;
    this.#denominator = denominator;
  }

  static #of(numerator: bigint, denominator: bigint): Decimal {
    return new Decimal(`${FRACTION}${numerator}/${denominator}`);
  }

  add(other: Decimal): Decimal {
    return Decimal.#of(
      this.#numerator * other.#denominator + other.#numerator * this.#denominator,
      this.#denominator * other.#denominator,
    );
  }

  sub(other: Decimal): Decimal {
    return Decimal.#of(
      this.#numerator * other.#denominator - other.#numerator * this.#denominator,
      this.#denominator * other.#denominator,
    );
  }

  mul(other: Decimal): Decimal {
    return Decimal.#of(this.#numerator * other.#numerator, this.#denominator * other.#denominator);
  }

  div(other: Decimal): Decimal {
    if (other.#numerator === 0n) throw new RangeError("Cannot divide a Decimal by zero.");
    const sign = other.#numerator < 0n ? -1n : 1n;
    return Decimal.#of(sign * this.#numerator * other.#denominator, sign * other.#numerator * this.#denominator);
  }

  toString(): string {
    const digits = fractionDigits(this.#denominator) ?? FRACTION_DIGITS_OF_ENDLESS;
    const scale = 10n ** BigInt(digits);
    const negative = this.#numerator < 0n;
    const scaled = divideToNearest((negative ? -this.#numerator : this.#numerator) * scale, this.#denominator);
    const text = scaled.toString().padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    const unsigned = digits === 0 ? whole : `${whole}.${text.slice(text.length - digits)}`;
    return negative && scaled !== 0n ? `-${unsigned}` : unsigned;
  }
}

/** Marks the form `numerator/denominator`, which no text from outside can have: it begins with a control character. */
const FRACTION = "\u0001";

function parse(value: string): [bigint, bigint] {
  if (value.startsWith(FRACTION)) {
    const [numerator = "0", denominator = "1"] = value.slice(1).split("/");
    return lowestTerms(BigInt(numerator), BigInt(denominator));
  }
  if (value.length > MAX_LENGTH) throw invalid(`decimal string too long: ${value.length} bytes`);
  const match = NOTATION.exec(value);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "") throw invalid(`Failed to parse decimal from string: ${value}`);
  const exponent = Number(match[4] ?? 0);
  if (Math.abs(exponent) > MAX_EXPONENT) throw invalid(`decimal exponent out of range: ${match[4]}`);
  const digits = BigInt(whole + fraction) * (match[1] === "-" ? -1n : 1n);
  const power = exponent - fraction.length;
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : lowestTerms(digits, 10n ** BigInt(-power));
}

const invalid = (reason: string): Error => new Error(`Invalid decimal format: '${reason}'`);

/** The reason why a text is no decimal, null when it is one. */
export function decimalFault(text: string): string | null {
  if (text.startsWith(FRACTION)) return `Failed to parse decimal from string: ${text}`;
  try {
    parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.slice("Invalid decimal format: '".length, -1) : String(error);
  }
}

function lowestTerms(numerator: bigint, denominator: bigint): [bigint, bigint] {
  let a = numerator < 0n ? -numerator : numerator;
  let b = denominator;
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? [0n, 1n] : [numerator / a, denominator / a];
}

/** How many digits the fraction needs, null when it never ends (1/3). */
function fractionDigits(denominator: bigint): number | null {
  let rest = denominator;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; twos++) rest /= 2n;
  for (; rest % 5n === 0n; fives++) rest /= 5n;
  return rest === 1n ? Math.max(twos, fives) : null;
}

function divideToNearest(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twiceRest = (numerator % denominator) * 2n;
  const roundUp = twiceRest > denominator || (twiceRest === denominator && quotient % 2n === 1n);
  return roundUp ? quotient + 1n : quotient;
}
