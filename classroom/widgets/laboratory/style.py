"""How the laboratory looks: in the colors of JupyterLab's theme, light or dark."""

from ganlab import plotting

__all__ = ["STYLE"]

_STYLE = """
.ganlab-laboratory { max-width: 1080px; gap: 10px; padding: 4px 2px; overflow: visible; }
.ganlab-laboratory .ganlab-row { flex-flow: row wrap; gap: 6px 4px; align-items: center; }
.ganlab-laboratory .ganlab-stage { flex-flow: row wrap; gap: 10px 22px; align-items: flex-start; }
.ganlab-laboratory .ganlab-side { flex: 1 1 330px; min-width: 320px; gap: 2px; }
.ganlab-laboratory .ganlab-row, .ganlab-laboratory .ganlab-stage,
.ganlab-laboratory .ganlab-side { overflow: visible; }
.ganlab-laboratory .jupyter-button { border-radius: 4px; width: auto; padding: 0 10px; }
.ganlab-laboratory :is(button, select, input, canvas, .noUi-handle):focus-visible {
  outline: 3px solid var(--jp-brand-color1, #1976d2); outline-offset: 2px;
}
.ganlab-laboratory .widget-checkbox { width: auto; margin: 0 4px 0 0; font-size: 12px; }
.ganlab-laboratory .widget-checkbox input { margin: 0 3px 0 0; }
.ganlab-laboratory .widget-checkbox .widget-label-basic { align-items: center; }
.ganlab-plane { width: 430px; max-width: 100%; color: var(--jp-ui-font-color1, #222);
  font-family: var(--jp-ui-font-family, sans-serif); font-size: 12px; line-height: 1.4; }
.ganlab-plane-canvas { display: block; width: 100%; aspect-ratio: 1; box-sizing: border-box;
  border: 1px solid var(--jp-border-color1, #999); border-radius: 4px; touch-action: none; }
.ganlab-plane-canvas:focus { outline: 3px solid var(--jp-brand-color1, #1976d2);
  outline-offset: 2px; }
.ganlab-plane-canvas.ganlab-drawing { cursor: crosshair; }
.ganlab-plane-legend { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 6px;
  margin: 7px 0 3px; }
.ganlab-plane-legend span { white-space: nowrap; }
.ganlab-real::before, .ganlab-fake::before, .ganlab-pull::before, .ganlab-chance::before {
  content: ""; display: inline-block; margin-right: 4px; vertical-align: middle;
  box-sizing: border-box; }
.ganlab-real::before { width: 9px; height: 9px; border-radius: 50%; background: REAL;
  border: 1px solid #fff; }
.ganlab-fake::before { width: 8px; height: 8px; transform: rotate(45deg); background: FAKE;
  border: 1px solid #000; }
.ganlab-pull::before { width: 14px; height: 0; border-top: 2px solid PULL; }
.ganlab-pull { margin-right: auto; }
.ganlab-chance::before { width: 18px; height: 0; border-top: 2px dashed currentColor; }
.ganlab-bar { width: 56px; height: 10px; border: 1px solid var(--jp-border-color1, #999);
  background: linear-gradient(to right, FAKE, #fff, REAL); }
.ganlab-plane-keys { color: var(--jp-ui-font-color2, #555); }
.ganlab-plane-said { min-height: 4.2em; margin-top: 6px; font-size: 13px; }
.ganlab-curves { display: block; width: 100%; height: 190px; margin-top: 4px;
  color: var(--jp-ui-font-color1, #222); font-family: var(--jp-ui-font-family, sans-serif); }
.ganlab-laboratory .ganlab-counts, .ganlab-laboratory .ganlab-message { height: auto; }
.ganlab-laboratory .ganlab-counts .widget-html-content { font-variant-numeric: tabular-nums;
  line-height: 1.5; min-height: 4.5em; }
.ganlab-laboratory .ganlab-message { min-height: 30px; }
.ganlab-laboratory .ganlab-message .widget-html-content { line-height: 1.5; }
.ganlab-note { border-left: 4px solid var(--jp-brand-color1, #1976d2); padding: 3px 8px; }
.ganlab-trouble { border-left: 4px solid PULL; padding: 3px 8px; font-weight: 600; }
"""

STYLE = _STYLE.replace("REAL", plotting.REAL).replace("FAKE", plotting.FAKE)
STYLE = STYLE.replace("PULL", plotting.GENERATOR)
