// Buttons, menus, sliders and switches in plain HTML, for pages without ipywidgets. What each is
// called and what it holds comes from the ipywidgets themselves: see tools/live_widgets.py.

import { add } from "./elements.js";
import { formatted, minus } from "./sentences.js";

export function button(parent, { label, tooltip }, act) {
  const element = add(parent, "button", "ganlab-button", label);
  element.type = "button";
  if (tooltip) element.title = tooltip;
  element.addEventListener("click", act);
  return element;
}

// A page begins anew when it is opened again: a browser that kept what the controls held would show
// them beside another game.
const forget = (control) => control.setAttribute("autocomplete", "off");

// A control and its name, in an element of their own.
function labeled(parent, label, tag, kind = "") {
  const whole = add(parent, "div", `ganlab-control ${kind}`.trim());
  const name = add(whole, "label", "ganlab-label", label), control = add(whole, tag);
  forget(control);
  control.id = name.htmlFor = `${parent.closest("[id]").id}-${label.replaceAll(/\W+/g, "-")}`;
  return control;
}

// A menu of [name, value]; `chosen` counts from 0.
export function menu(parent, { label, options, chosen }, act) {
  const select = labeled(parent, label, "select");
  for (const [name] of options) add(select, "option", "", name);
  select.selectedIndex = chosen;
  const control = { get value() { return options[select.selectedIndex][1]; } };
  select.addEventListener("change", () => act?.(control.value));
  return control;
}

// With `base`, the slider moves along the logarithm of its value.
export function slider(parent, { label, min, max, step, value, base, form }, act) {
  const input = labeled(parent, label, "input", "ganlab-slider");
  const shown = add(input.parentElement, "span", "ganlab-value");
  shown.setAttribute("aria-hidden", "true"); // the slider says it
  Object.assign(input, { type: "range", min, max, step });
  const control = {
    element: input,
    get value() {
      return base ? Number((base ** input.valueAsNumber).toPrecision(6)) : input.valueAsNumber;
    },
    set value(wanted) {
      input.value = base ? Math.log(wanted) / Math.log(base) : wanted;
      write();
    },
  };
  const write = () => {
    shown.textContent = minus(formatted(control.value, form));
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  control.value = value;
  input.addEventListener("input", () => {
    write();
    act?.(control.value);
  });
  return control;
}

export function number(parent, { label, min, max, value }) {
  const input = labeled(parent, label, "input");
  Object.assign(input, { type: "number", min, max, value, inputMode: "numeric" });
  return {
    element: input,
    get value() {
      const asked = Math.round(input.valueAsNumber);
      input.value = Number.isNaN(asked) ? value : Math.min(max, Math.max(min, asked));
      return input.valueAsNumber;
    },
  };
}

export function checkbox(parent, { label, value }, act) {
  const whole = add(parent, "label", "ganlab-check"), input = add(whole, "input");
  Object.assign(input, { type: "checkbox", checked: value });
  forget(input);
  add(whole, "span", "", label);
  input.addEventListener("change", act);
  return input;
}
