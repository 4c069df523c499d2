"use strict";
const root = document.documentElement;
const slides = [...document.querySelectorAll(".slide")];
let here = 0;

// ------------------------------------------------------------------------------ going somewhere

function go(index, silently) {
  here = Math.max(0, Math.min(slides.length - 1, index));
  slides.forEach((slide, n) => {
    slide.classList.toggle("here", n === here);
    slide.inert = n !== here && !root.classList.contains("overview");
  });
  document.getElementById("number").textContent = `${here + 1} / ${slides.length}`;
  document.getElementById("progress").style.width = `${(100 * (here + 1)) / slides.length}%`;
  document.getElementById("back").disabled = here === 0;
  document.getElementById("next").disabled = here === slides.length - 1;
  slides[here].scrollTop = 0;
  slides[here].focus({ preventScroll: true });
  history.replaceState(null, "", `#${here + 1}`);
  if (!silently && partner && !partner.closed) partner.postMessage({ slide: here }, "*");
}

function fromAddress() {
  const number = parseInt(location.hash.slice(1), 10);
  go(Number.isNaN(number) ? 0 : number - 1);
}

// The window of the speaker and the one on the projector follow each other.
let partner = window.name === "speaker" ? window.opener : null;
window.addEventListener("message", (event) => {
  if (event.source === partner && Number.isInteger(event.data.slide)) go(event.data.slide, true);
});

// -------------------------------------------------------------------------------- what keys do

function overview(on) {
  root.classList.toggle("overview", on);
  slides.forEach((slide) => (slide.tabIndex = root.classList.contains("overview") ? 0 : -1));
  go(here, true);
  if (root.classList.contains("overview")) slides[here].scrollIntoView({ block: "center" });
}

const keys = {
  o: () => overview(),
  n: () => root.classList.toggle("with-notes"),
  s: () => {
    // In the window of the speaker itself, this would open the page in its own place.
    if (window.name === "speaker") return;
    partner = window.open(location.href, "speaker", "width=1000,height=800");
  },
  f: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  d: () => (root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"),
  "?": () => document.getElementById("keys").showModal(),
  Home: () => go(0),
  End: () => go(slides.length - 1),
  Enter: () => root.classList.contains("overview") && choose(document.activeElement),
  Escape: () => overview(false),
};
for (const key of ["ArrowRight", "ArrowDown", "PageDown"]) keys[key] = () => go(here + 1);
for (const key of ["ArrowLeft", "ArrowUp", "PageUp", "Backspace"]) keys[key] = () => go(here - 1);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  // What has the focus uses these keys itself: it opens, presses, follows or scrolls.
  if (event.target.closest("button, summary, a[href]") && /^( |Enter)$/.test(event.key)) return;
  const code = event.target.closest("pre, .grid");
  const scrolls = code &&
    (code.scrollWidth > code.clientWidth + 1 || code.scrollHeight > code.clientHeight + 1);
  if (scrolls && /^( |Arrow.*)$/.test(event.key)) return;
  const action = event.key === " " ? () => go(here + (event.shiftKey ? -1 : 1)) : keys[event.key];
  if (!action) return;
  if (event.key !== "Escape") event.preventDefault();
  action();
});

function choose(slide) {
  const index = slides.indexOf(slide.closest(".slide"));
  if (index < 0) return;
  here = index;
  overview(false);
  go(index);
}

document.getElementById("deck").addEventListener("click", (event) => {
  if (root.classList.contains("overview")) choose(event.target);
});
document.getElementById("back").addEventListener("click", () => go(here - 1));
document.getElementById("next").addEventListener("click", () => go(here + 1));

// A swipe to the side, unless something that scrolls to the side is under the finger.
let touch = null;
document.addEventListener("touchstart", (event) => {
  let wide = event.target;
  while (wide instanceof Element && wide.scrollWidth <= wide.clientWidth + 1) wide = wide.parentNode;
  touch = event.touches.length === 1 && !(wide instanceof Element && wide.closest(".body"))
    ? event.touches[0] : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!touch || root.classList.contains("overview")) return;
  const x = event.changedTouches[0].clientX - touch.clientX;
  const y = event.changedTouches[0].clientY - touch.clientY;
  if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) go(here + (x < 0 ? 1 : -1));
}, { passive: true });

// ---------------------------------------------------------------------------------- the start

root.classList.add("js");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
root.dataset.theme = dark.matches ? "dark" : "light";
dark.addEventListener("change", () => (root.dataset.theme = dark.matches ? "dark" : "light"));
let shown; // what printing changes for a while
window.addEventListener("beforeprint", () => {
  shown = { theme: root.dataset.theme, classes: root.className };
  root.dataset.theme = "light";
  root.classList.remove("overview", "with-notes");
});
window.addEventListener("afterprint", () => {
  root.dataset.theme = shown.theme;
  root.className = shown.classes;
});
window.addEventListener("hashchange", fromAddress);
if (window.name === "speaker") root.classList.add("with-notes");
fromAddress();

// A formula that is wider than its slide is set smaller; on a phone, beyond a point, it scrolls.
function fit() {
  const least = innerWidth < innerHeight ? 0.65 : 0.4;
  for (const formula of document.querySelectorAll(".formula")) {
    formula.style.removeProperty("--fit");
    const [wide, room] = [formula.querySelector("svg"), formula.parentNode.clientWidth];
    if (!wide) continue;
    const share = room / wide.getBoundingClientRect().width;
    formula.style.setProperty("--fit", Math.max(least, Math.min(1, share)));
  }
}
window.addEventListener("resize", fit);

// Formulas: MathJax lies packed in the file. Where a browser cannot unpack it, TeX is read as such.
window.MathJax = {
  tex: {
    inlineMath: [["\\(", "\\)"]],
    displayMath: [["\\[", "\\]"]],
    packages: { "[-]": ["html", "require", "autoload"] }, // a formula may not link or load
  },
  svg: { fontCache: "global" },
  options: { enableMenu: false },
};
(async () => {
  const packed = document.getElementById("mathjax").textContent;
  if (!packed || !window.DecompressionStream) return;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  await window.MathJax.startup.promise;
  fit();
})();
