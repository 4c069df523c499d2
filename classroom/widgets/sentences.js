// Sentences with places for values, as Python's str.format fills them in: the forms of numbers
// that the widgets use.

export const minus = (text) => String(text).replaceAll("-", "−");

// As Python's .3g: so many digits, without zeros at the end.
function general(value, digits) {
  const [number, exponent] = value.toPrecision(digits).split("e");
  const short = number.includes(".") ? number.replace(/\.?0+$/, "") : number;
  return exponent ? `${short}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}` : short;
}

const FORMS = [
  [/^$/, (value) => String(value)],
  [/^,$/, (value) => value.toLocaleString("en-US")],
  [/^\.(\d)f$/, (value, digits) => value.toFixed(digits)],
  [/^\.(\d)%$/, (value, digits) => `${(100 * value).toFixed(digits)}%`],
  [/^\.(\d)e$/, (value, digits) => value.toExponential(digits)],
  [/^\.(\d)g$/, general],
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
