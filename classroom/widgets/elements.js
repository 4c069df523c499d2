// Elements of a page.

export function add(parent, tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return parent.appendChild(element);
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
