import { keepKeys } from "../elements.js";

export function renderPlot({ model, el }) {
  keepKeys(el);
  const name = "http://www.w3.org/2000/svg", svg = document.createElementNS(name, "svg");
  const [width, height] = model.get("size"), limit = model.get("limit");
  const panels = model.get("panels");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "slider");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-label", "Logit, along the curves of the losses and their gradients");
  svg.setAttribute("aria-valuemin", -limit);
  svg.setAttribute("aria-valuemax", limit);
  svg.classList.add("ganlab-loss");
  const curves = svg.appendChild(document.createElementNS(name, "g"));
  const marks = svg.appendChild(document.createElementNS(name, "g"));
  el.appendChild(svg);

  let waiting = null;
  function choose(logit) {
    logit = Math.min(limit, Math.max(-limit, Math.round(10 * logit) / 10));
    if (logit === model.get("logit")) return;
    model.set("logit", logit);
    waiting ??= requestAnimationFrame(() => { waiting = null; model.save_changes(); });
  }

  function follow(event) {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * width;
    // The panel under the pointer, or the nearest one.
    const far = left => Math.abs(x - left - panels.width / 2);
    const left = panels.left.reduce((best, next) => far(next) < far(best) ? next : best);
    choose(((x - left) / panels.width * 2 - 1) * limit);
  }

  let pointer = null;
  svg.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !event.isPrimary) return; // a second finger zooms
    pointer = event.pointerId;
    svg.setPointerCapture(pointer);
    follow(event);
  });
  svg.addEventListener("pointermove", event => { if (event.pointerId === pointer) follow(event); });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    svg.addEventListener(end, event => { if (event.pointerId === pointer) pointer = null; });

  svg.addEventListener("keydown", event => {
    const step = event.shiftKey ? 1 : 0.1, logit = model.get("logit");
    const goal = { ArrowLeft: logit - step, ArrowDown: logit - step, ArrowRight: logit + step,
      ArrowUp: logit + step, PageDown: logit - 1, PageUp: logit + 1, Home: -limit, End: limit };
    if (!(event.key in goal)) return;
    choose(goal[event.key]);
    event.preventDefault();
    event.stopPropagation();  // JupyterLab's own shortcuts
  });

  const draw = (trait, group) => () => { group.innerHTML = model.get(trait); };
  const speak = () => svg.setAttribute("aria-valuenow", model.get("logit"));
  const followed = [["change:curves", draw("curves", curves)],
    ["change:marks", draw("marks", marks)], ["change:logit", speak]];
  for (const [change, act] of followed) {
    model.on(change, act);
    act();
  }
  return () => { for (const pair of followed) model.off(...pair); };
}

export default { render: renderPlot };
