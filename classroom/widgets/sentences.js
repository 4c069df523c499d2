// Sentences with places for values, as Python's str.format fills them in: the forms of numbers
// that the widgets use.

export const minus = (text) => String(text).replaceAll("-", "−");

const MORE = 25; // digits that tell a number halfway between two others from those beside it
const HALF = `5${"0".repeat(MORE - 1)}`;

// What `write`, toFixed or toExponential, makes of a number that is not below 0. Halfway between
// two results these take the larger one; Python takes the one that ends in an even digit.
function rounded(write, digits) {
  const text = write(digits), [number, exponent] = write(digits + MORE).split("e");
  if (!number.endsWith(HALF)) return text;
  const less = number.slice(0, -MORE).replace(/\.$/, "");
  const even = Number(less.at(-1)) % 2 === 0;
  return even ? less + (exponent ? `e${exponent}` : "") : text;
}

// With the sign in front, and what is no number as Python has it.
const signed = (write) => (value, digits) => {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "", size = Math.abs(value);
  if (Number.isNaN(size)) return "nan";
  return sign + (size === Infinity ? "inf" : write(size, digits));
};

const fixed = signed((size, digits) => rounded((more) => size.toFixed(more), digits));

// So many digits, as [those, the power of ten of the first].
function leading(size, digits) {
  const [number, power] = rounded((more) => size.toExponential(more), digits - 1).split("e");
  return [number, Number(power)];
}

// Python's .3g: so many digits, without zeros at the end.
const general = signed((size, digits) => {
  const [number, power] = leading(size, digits);
  const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power >= -4 && power < digits) {
    return short(Number(`${number}e${power}`).toFixed(digits - 1 - power));
  }
  const far = String(Math.abs(power)).padStart(2, "0");
  return `${short(number)}e${power < 0 ? "-" : "+"}${far}`;
});

// So many digits and no exponent, as the sliders of ipywidgets have it, by the name of .2r.
const plain = signed((size, digits) => {
  const [number, power] = leading(size, digits);
  return Number(`${number}e${power}`).toFixed(Math.max(0, digits - 1 - power));
});

const FORMS = [
  [/^$/, (value) => String(value)],
  [/^,$/, (value) => value.toLocaleString("en-US")],
  [/^\.(\d)f$/, fixed],
  [/^\.(\d)%$/, (value, digits) => `${fixed(100 * value, digits)}%`],
  [/^\.(\d)g$/, general],
  [/^\.(\d)r$/, plain],
];

export function formatted(value, form = "") {
  for (const [pattern, write] of FORMS) {
    const found = pattern.exec(form);
    if (found) return write(value, Number(found[1]));
  }
  throw new Error(`expected a form of numbers, received ${form}`);
}

export function filled(sentence, values) {
  return sentence.replaceAll(/\{(\w+):?([^}]*)\}/g, (_, name, form) => (
    formatted(values[name], form)
  ));
}
