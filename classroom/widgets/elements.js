// Elements of a page.

export function add(parent, tag, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  return parent.appendChild(element);
}

// Leave a widget its keys, the menus and sliders around this element as well: JupyterLab would
// take the arrows for moving between cells.
export function keepKeys(element) {
  // It gets a size once it is on the page, and then the widget around it is known.
  new ResizeObserver((_, observer) => {
    if (!element.isConnected) return;
    const widget = element.closest(".ganlab-widget") ?? element;
    widget.dataset.lmSuppressShortcuts = "true";
    observer.disconnect();
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
