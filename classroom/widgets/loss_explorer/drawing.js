// The curves as SVG, and the numbers below them as HTML: plot.py and the table of widget.py.

import { sigmoid } from "../losses.js";
import { filled, formatted, minus } from "../sentences.js";
import {
  chancePoints, evaluate, isRelative, saturated, saturatedSpan, undecided,
} from "./curves.js";

const number = (value, digits = 3) => minus(formatted(value + 0, `.${digits}f`));
const stroke = ({ color, dash }) => (
  `stroke='${color}' stroke-width='2.5' fill='none'${dash ? ` stroke-dasharray='${dash}'` : ""}`
);

export function swatch(loss) {
  return "<svg width='30' height='12' aria-hidden='true' style='display:block'>" +
    `<line x1='1' x2='29' y1='6' y2='6' ${stroke(loss)}/></svg>`;
}

// `data` is what tools/live_widgets.py tells of plot.py.
export function drawings(data) {
  const { panels, rows, limit, roles, least } = data, { width, height } = panels;
  const xOf = (column, logit) => panels.left[column] + ((logit + limit) / (2 * limit)) * width;
  // On a narrow page the columns stand below each other.
  const topOf = (row, column) => panels.top[row] + column * (panels.down ?? 0);
  const yOf = (row, column, value) => {
    const [low, high] = rows[row];
    return topOf(row, column) + ((high - value) / (high - low)) * height;
  };
  const label = (x, y, text, anchor) => (
    `<text class='ganlab-muted' x='${x.toFixed(1)}' y='${y.toFixed(1)}' ` +
    `text-anchor='${anchor}'>${text}</text>`
  );
  const gridLine = (value, path) => (
    `<path d='${path}' stroke='currentColor' stroke-opacity='${value === 0 ? 0.5 : 0.15}'/>`
  );

  function axes(row, column, name) {
    const left = panels.left[column], top = topOf(row, column), bottom = top + height;
    const box = `x='${left}' y='${top}' width='${width}' height='${height}'`;
    const parts = [`<clipPath id='${name}-${row}${column}'><rect ${box}/></clipPath>`,
      `<rect ${box} fill='none' stroke='var(--jp-border-color1,#888)'/>`];
    for (const value of rows[row][2]) {
      const y = yOf(row, column, value);
      parts.push(gridLine(value, `M${left} ${y.toFixed(1)}h${width}`));
      parts.push(label(left - 6, y + 4, minus(value), "end"));
    }
    for (const logit of data.ticks) {
      const x = xOf(column, logit);
      parts.push(gridLine(logit, `M${x.toFixed(1)} ${top}v${height}`));
      parts.push(label(x, bottom + 15, minus(logit), "middle"));
    }
    parts.push(label(left + width, top - 9, data.kinds[row], "end"));
    if (row === 1) {
      const [low, middle, high] = data.below, y = bottom + 32;
      parts.push(label(left, y, low, "start"));
      parts.push(`<text x='${left + width / 2}' y='${y}' text-anchor='middle'>${middle}</text>`);
      parts.push(label(left + width, y, high, "end"));
    }
    return parts;
  }

  function lost(curves, partner) {
    const found = curves.flatMap(({ loss, gradients }) => {
      const span = saturatedSpan(data.logits, gradients[2], undecided(loss, partner), least);
      return span ? [[loss.words, span]] : [];
    });
    const top = topOf(1, 2);
    return found.map(([name, [low, high]], i) => {
      const x = xOf(2, low), wide = xOf(2, high) - x, at = (x + 6).toFixed(1);
      return `<rect x='${x.toFixed(1)}' y='${top}' width='${wide.toFixed(1)}' ` +
        `height='${height}' fill='${data.lost}' fill-opacity='0.22'/>` +
        `<text x='${at}' y='${(top + 17 + 34 * i).toFixed(1)}'>${name}` +
        `<tspan x='${at}' dy='15'>below ${least}</tspan></text>`;
    });
  }

  return {
    // Six panels: values above, gradients below, a column for each role.
    curves(chosen, partner, name) {
      const parts = [];
      const found = chosen.map((loss) => ({ loss, ...evaluate(loss.name, data.logits, partner) }));
      roles.forEach((role, column) => {
        const left = panels.left[column];
        parts.push(`<text x='${left}' y='${topOf(0, column) - 9}' font-weight='600'>${role}</text>`);
        for (const row of [0, 1]) parts.push(...axes(row, column, name));
      });
      parts.push(...lost(found, partner));
      for (const { loss, values, gradients } of found) {
        [values, gradients].forEach((both, row) => both.forEach((line, column) => {
          const points = line.map((value, i) => {
            const y = yOf(row, column, Math.min(99, Math.max(-99, value)));
            return `${xOf(column, data.logits[i]).toFixed(1)},${y.toFixed(1)}`;
          });
          parts.push(`<polyline clip-path='url(#${name}-${row}${column})' ` +
            `points='${points.join(" ")}' ${stroke(loss)}><title>${loss.words}</title></polyline>`);
        }));
        for (const [column, at, level] of chancePoints(loss, partner)) {
          const x = xOf(column, at), y = yOf(0, column, level);
          parts.push(`<path d='M${x.toFixed(1)} ${(y - 6).toFixed(1)}l6 6l-6 6l-6 -6z' ` +
            `fill='${loss.color}' stroke='var(--jp-layout-color1,white)'>` +
            `<title>${loss.words}: chance level ${level.toFixed(3)}</title></path>`);
        }
      }
      return parts.join("");
    },

    // The chosen logit in every panel, and a dot on every curve.
    marks(chosen, logit, partner) {
      const found = chosen.map((loss) => [loss, evaluate(loss.name, [logit], partner)]);
      const parts = [];
      for (const column of [0, 1, 2]) {
        const x = xOf(column, logit).toFixed(1);
        rows.forEach(([low, high], row) => {
          const top = topOf(row, column);
          parts.push(`<path d='M${x} ${top}v${height}' stroke='currentColor' ` +
            "stroke-width='1.5'/>");
          for (const [loss, { values, gradients }] of found) {
            const value = (row ? gradients : values)[column][0];
            if (value < low || value > high) continue;
            parts.push(`<circle cx='${x}' cy='${yOf(row, column, value).toFixed(1)}' r='4.5' ` +
              `fill='${loss.color}' stroke='var(--jp-layout-color1,white)' stroke-width='1.5'/>`);
          }
        });
      }
      return parts.join("");
    },

    // The table of numbers at a logit, and what the generator gets from the losses there.
    numbers(chosen, logit, partner) {
      const head = [...roles, data.level].map((role) => (
        `<th colspan='2' scope='colgroup'>${role}</th>`
      ));
      const under = [...data.kinds, ...data.kinds, ...data.kinds, ...data.players].map((text) => (
        `<th class='ganlab-muted' scope='col'>${text}</th>`
      ));
      const pushes = [], sure = [], lines = [], belief = sigmoid(logit);
      for (const loss of chosen) {
        const { values, gradients } = evaluate(loss.name, [logit], partner);
        const level = undecided(loss, partner);
        const cells = values.flatMap(([value], column) => {
          const [slope] = gradients[column];
          const mark = column === 2 && saturated(logit, slope, level, least);
          return [`<td>${number(value)}</td>`,
            `<td${mark ? " class='ganlab-lost'" : ""}>${number(slope)}</td>`];
        });
        for (const each of loss.chance) cells.push(`<td class='ganlab-muted'>${number(each)}</td>`);
        lines.push(`<tr><th scope='row'><div>${swatch(loss)}${loss.words}</div></th>` +
          `${cells.join("")}</tr>`);
        pushes.push([loss.words, Math.abs(gradients[2][0])]);
        // A logit is that of a probability where these are the gradients: in cross-entropy.
        const close = [belief - 1, belief].every((want, i) => (
          Math.abs(gradients[i][0] - want) <= 1e-5 * (1 + want)
        ));
        if (close && !isRelative(loss.name)) sure.push(loss.words);
      }
      const table = `<table><tr><td></td>${head.join("")}</tr>` +
        `<tr><td></td>${under.join("")}</tr>${lines.join("")}</table>`;
      let text = "";
      if (sure.length) {
        const values = { logit: number(logit, 1), belief, names: sure.join(", ") };
        text = filled(data.sentences.sure, values);
      }
      if (pushes.length > 1) {
        const [weak, little] = pushes.reduce((a, b) => (b[1] < a[1] ? b : a));
        const [strong, much] = pushes.reduce((a, b) => (b[1] > a[1] ? b : a));
        text += filled(data.sentences.pushes, { weak, little, strong, much });
        if (little > 1e-6 && much > 1.5 * little) {
          text += filled(data.sentences.ratio, { ratio: much / little });
        }
        text += ".";
      }
      if (!chosen.length) text = data.sentences.none;
      return `${table}<p>${text}</p><p class='ganlab-muted'>${data.sentences.diamonds}</p>`;
    },
  };
}
