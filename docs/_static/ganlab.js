// What scrolls sideways takes the focus, so that arrow keys can scroll it; what fits does not.

const WIDE = "article :is(pre, div.math, mjx-container[display], .table-wrapper)";

new ResizeObserver(() => {
  for (const element of document.querySelectorAll(WIDE))
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
}).observe(document.body);
