// Exact money: amounts stay the text that the server sent, and are reckoned with as whole nano-dollars.

const NANO_DIGITS = 9;
const NANO = 10n ** BigInt(NANO_DIGITS);

/** Whole nano-dollars of a decimal such as "0.007", as a BigInt. */
export function nanos(decimal) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(decimal);
  const amount = BigInt(whole) * NANO + BigInt(part.padEnd(NANO_DIGITS, "0"));
  return sign ? -amount : amount;
}

/** The decimal of whole nano-dollars, with no more decimals than it needs. */
export function exact(nano) {
  const magnitude = nano < 0n ? -nano : nano;
  const part = String(magnitude % NANO).padStart(NANO_DIGITS, "0").replace(/0+$/, "");
  return (nano < 0n ? "-" : "") + magnitude / NANO + (part && "." + part);
}

/** a / b, both whole, rounded half away from zero. */
export function divided(a, b) {
  const twice = 2n * (a < 0n ? -a : a) + b;
  const rounded = twice / (2n * b);
  return a < 0n ? -rounded : rounded;
}

/** For reading: two decimals from a cent on, below it two digits that count. */
export function dollars(nano) {
  const magnitude = nano < 0n ? -nano : nano;
  let decimals = 2;
  if (magnitude > 0n && magnitude < NANO / 10n) {
    const zeros = NANO_DIGITS - String(magnitude).length;
    decimals = Math.min(NANO_DIGITS, Math.max(2, zeros + 2));
  }
  return (nano < 0n ? "−$" : "$") + fixed(magnitude, decimals);
}

/** For reading from afar: without cents from a thousand dollars on. */
export function wholeDollars(nano) {
  const magnitude = nano < 0n ? -nano : nano;
  return magnitude < 1000n * NANO ? dollars(nano) : (nano < 0n ? "−$" : "$") + fixed(magnitude, 0);
}

function fixed(magnitude, decimals) {
  const unit = 10n ** BigInt(NANO_DIGITS - decimals);
  const rounded = divided(magnitude, unit);
  const scale = 10n ** BigInt(decimals);
  const whole = grouped(String(rounded / scale));
  return decimals === 0 ? whole : whole + "." + String(rounded % scale).padStart(decimals, "0");
}

/** "1234567" as "1,234,567". */
export function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A count or another decimal, for reading. */
export function count(decimal) {
  const [whole, part] = decimal.split(".");
  return grouped(whole) + (part ? "." + part : "");
}

/** Of whole amounts: "12.3 %". */
export function percent(part, whole) {
  if (whole === 0n) return "–";
  const perMille = divided(part * 1000n, whole);
  const magnitude = perMille < 0n ? -perMille : perMille;
  return (perMille < 0n ? "−" : "") + grouped(String(magnitude / 10n)) + "." + (magnitude % 10n) + "\u00a0%";
}
