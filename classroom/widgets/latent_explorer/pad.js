import { keepKeys, speaker } from "../elements.js";
import { ARROWS } from "../keys.js";

const shown = (value) => value.toFixed(1).replace("-", "−");

function render({ model, el }) {
  keepKeys(el);
  el.classList.add("ganlab-pad");
  const pad = document.createElement("div");
  pad.className = "ganlab-pad-area";
  pad.tabIndex = 0;
  pad.setAttribute("role", "slider");
  pad.setAttribute("aria-roledescription", "two-dimensional slider");
  pad.setAttribute("aria-orientation", "horizontal");
  const picture = document.createElement("img");
  picture.alt = "";
  picture.draggable = false;
  const dot = document.createElement("div");
  dot.className = "ganlab-pad-dot";
  pad.append(picture, dot);
  const caption = document.createElement("div");
  caption.className = "ganlab-pad-caption";
  el.append(pad, caption);

  const say = speaker(el);

  const reach = () => model.get("reach");
  const inside = (value) =>
    Math.min(reach(), Math.max(-reach(), Math.round(value * 10) / 10));

  function move(x, y) {
    model.set({ x: inside(x), y: inside(y) });
    model.save_changes();
  }

  function place() {
    const [x, y] = [model.get("x"), model.get("y")];
    dot.style.left = `${50 + (50 * x) / reach()}%`;
    dot.style.top = `${50 - (50 * y) / reach()}%`;
    const text = `x ${shown(x)}, y ${shown(y)}`;
    caption.textContent = `${model.get("caption")}: ${text}`;
    pad.setAttribute("aria-label", model.get("label"));
    pad.setAttribute("aria-valuemin", -reach());
    pad.setAttribute("aria-valuemax", reach());
    pad.setAttribute("aria-valuenow", x);
    pad.setAttribute("aria-valuetext", text);
    pad.title = model.get("label");
  }

  let address = null;
  function paint() {
    const bytes = model.get("picture");
    const old = address;
    address = null;
    if (bytes?.byteLength) {
      address = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
      picture.src = address;
    }
    if (old) URL.revokeObjectURL(old);
  }

  function follow(event) {
    const box = pad.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    move(((2 * x) / box.width - 1) * reach(), (1 - (2 * y) / box.height) * reach());
  }

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return; // a second finger moves nothing
    pad.focus();
    pad.setPointerCapture(event.pointerId);
    follow(event);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (pad.hasPointerCapture(event.pointerId)) follow(event);
  });
  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home") move(0, 0);
    else if (event.key in ARROWS) {
      const [right, below] = ARROWS[event.key];
      const step = event.shiftKey ? 1 : 0.1;
      move(model.get("x") + step * right, model.get("y") - step * below);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const tell = () => say(model.get("said"));
  model.on("change:x change:y change:label change:caption", place);
  model.on("change:picture", paint);
  model.on("change:said", tell);
  place();
  paint();
  return () => {
    model.off("change:x change:y change:label change:caption", place);
    model.off("change:picture", paint);
    model.off("change:said", tell);
    if (address) URL.revokeObjectURL(address);
  };
}

export default { render };
