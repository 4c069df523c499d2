// What a critter looks like, in words: the color of its body and that of the ground.

const HUES = [
  [14, "red"], [43, "orange"], [70, "yellow"], [165, "green"], [255, "blue"], [295, "purple"],
  [325, "pink"], [360, "red"],
]; // prettier-ignore

// The name of a color of red, green and blue in [0, 1].
export function named(red, green, blue) {
  const [low, high] = [Math.min(red, green, blue), Math.max(red, green, blue)];
  const [range, lightness] = [high - low, (high + low) / 2];
  if (high < 0.2) return "black";
  if (low > 0.88) return "white";
  const dark = lightness < 0.3 ? "dark " : "";
  if (range < 0.15) return `${dark}gray`;
  let hue = (green - blue) / range;
  if (high === green) hue = (blue - red) / range + 2;
  else if (high === blue) hue = (red - green) / range + 4;
  const degrees = (60 * hue + 360) % 360;
  const name = HUES.find(([end]) => degrees <= end)[1];
  // A dull or dark orange has a name of its own.
  if (name === "orange" && range < 0.35 && lightness > 0.7) return "beige";
  if (name === "orange" && (range < 0.35 || high < 0.65)) return `${dark}brown`;
  return name === "red" && lightness > 0.65 ? "pink" : dark + name;
}

function mean(image, side, [left, right], [top, bottom]) {
  const sums = [0, 0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++)
      for (let c = 0; c < 3; c++) sums[c] += image[(y * side + x) * 3 + c];
  return sums.map((sum) => sum / ((right - left) * (bottom - top)));
}

// The body is in the lower middle; the ground, in the corners above.
export function described(image, side) {
  const part = (share) => Math.round(share * side);
  const body = mean(image, side, [part(0.35), part(0.65)], [part(0.68), part(0.88)]);
  const left = mean(image, side, [0, part(0.15)], [0, part(0.3)]);
  const right = mean(image, side, [side - part(0.15), side], [0, part(0.3)]);
  const ground = left.map((value, c) => (value + right[c]) / 2);
  const color = named(...body);
  return `${/^[aeiou]/.test(color) ? "an" : "a"} ${color} critter on ${named(...ground)}`;
}
