// Buttons, menus, sliders and switches in plain HTML, for pages without ipywidgets. What each is
// called and what it holds comes from the ipywidgets themselves: see tools/live_widgets.py.

import { formatted, minus } from "./sentences.js";

export function make(tag, name, parent, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  parent?.append(element);
  return element;
}

export function button(parent, { label, tooltip }, act) {
  const element = make("button", "ganlab-button", parent, label);
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
  const whole = make("div", `ganlab-control ${kind}`.trim(), parent);
  const name = make("label", "ganlab-label", whole, label), control = make(tag, "", whole);
  forget(control);
  control.id = name.htmlFor = `${parent.closest("[id]").id}-${label.replaceAll(/\W+/g, "-")}`;
  return control;
}

// A menu of [name, value]; `chosen` counts from 0.
export function menu(parent, { label, options, chosen }, act) {
  const select = labeled(parent, label, "select");
  for (const [name] of options) make("option", "", select, name);
  select.selectedIndex = chosen;
  const control = { get value() { return options[select.selectedIndex][1]; } };
  select.addEventListener("change", () => act?.(control.value));
  return control;
}

// With `base`, the slider moves along the logarithm of its value.
export function slider(parent, { label, min, max, step, value, base, form }, act) {
  const input = labeled(parent, label, "input", "ganlab-slider");
  const shown = make("span", "ganlab-value", input.parentElement);
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
  const whole = make("label", "ganlab-check", parent), input = make("input", "", whole);
  Object.assign(input, { type: "checkbox", checked: value });
  forget(input);
  make("span", "", whole, label);
  input.addEventListener("change", act);
  return input;
}
