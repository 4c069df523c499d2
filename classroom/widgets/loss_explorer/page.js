// The explorer of losses on a page without a kernel: widget.py, with the curves in JavaScript.

import { checkbox, slider } from "../controls.js";
import { add } from "../elements.js";
import { model } from "../model.js";
import { drawings, swatch } from "./drawing.js";
import { renderPlot } from "./plot.js";

// Where the page is too narrow for three columns of readable labels.
const NARROW = {
  below: 720,
  size: [364, 1032],
  panels: { left: [34, 34, 34], width: 320, top: [28, 182], height: 110, down: 344 },
};

export function start(root, data) {
  root.replaceChildren();
  root.classList.add("ganlab-widget", "ganlab-loss-explorer");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.label);
  let draw = null, narrow = null, leave = null;
  const boxes = new Map();
  const chosen = () => data.losses.filter((loss) => boxes.get(loss).checked);

  const legend = add(root, "div", "ganlab-row");
  for (const loss of data.losses) {
    const value = data.selected.includes(loss.name);
    const box = checkbox(legend, { label: loss.words, value }, drawCurves);
    boxes.set(loss, box);
    box.insertAdjacentHTML("afterend", swatch(loss));
  }
  const logit = slider(root, data.controls.logit, (value) => plot.set("logit", value));
  const partner = slider(root, data.controls.partner, drawCurves);
  const plotRoot = add(root, "div"), numbers = add(root, "div", "table-wrapper");
  const plot = model({ limit: data.limit, curves: "", marks: "", logit: logit.value });

  function layOut() {
    const before = narrow;
    narrow = root.clientWidth < NARROW.below;
    if (narrow === before) return;
    root.classList.toggle("ganlab-narrow", narrow);
    const { size, panels } = narrow ? NARROW : data;
    draw = drawings({ ...data, panels });
    plot.set("size", size);
    plot.set("panels", panels);
    leave?.();
    plotRoot.replaceChildren();
    drawCurves();
    leave = renderPlot({ model: plot, el: plotRoot });
  }
  function drawCurves() {
    plot.set("curves", draw.curves(chosen(), partner.value, root.id));
    drawMarks();
  }
  function drawMarks() {
    logit.value = plot.get("logit");
    plot.set("marks", draw.marks(chosen(), logit.value, partner.value));
    numbers.innerHTML = draw.numbers(chosen(), logit.value, partner.value);
  }

  plot.on("change:logit", drawMarks);
  layOut();
  new ResizeObserver(layOut).observe(root);
}
