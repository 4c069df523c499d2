// Elements of a page.

export function add(parent, tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return parent.appendChild(element);
}

const OWN_KEYS = "select, [role=slider], [role=application]";

// Leave the menus and sliders of the widget around this element their keys: JupyterLab would take
// the arrows for moving between cells. It looks for the mark on what has the focus alone.
export function keepKeys(element) {
  // It gets a size once it is on the page, and then the widget around it is known.
  new ResizeObserver((_, observer) => {
    if (!element.isConnected) return;
    observer.disconnect();
    const widget = element.closest(".ganlab-widget:not(.ganlab-widget *)") ?? element;
    widget.addEventListener("focusin", ({ target }) => {
      if (target.matches(OWN_KEYS)) target.dataset.lmSuppressShortcuts = "true";
    });
  }).observe(element);
}

const QUIET = 400; // milliseconds without a change before it is told

// Return a function that tells a text to screen readers: the last one, once things come to rest.
export function speaker(parent) {
  const spoken = add(parent, "div", "ganlab-spoken");
  spoken.setAttribute("role", "status");
  let timer = null;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => { spoken.textContent = text; }, QUIET);
  };
}
