// Polygons of a picture, corners 0..1: what a pointer touches, how one is moved, whether it is plain.
"use strict";
const shape = (() => {
  const clamp = (value) => Math.min(1, Math.max(0, Math.round(value * 10000) / 10000));
  const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  function cross(a, b, c, d) {
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
  }
  // Two edges that cross, by number from 1, or null. The server has the last word.
  function crossing(points) {
    const count = points.length, edge = (i) => [points[i], points[(i + 1) % count]];
    for (let i = 0; i < count; i += 1) {
      for (let j = i + 2; j < count; j += 1) {
        if (i === 0 && j === count - 1) continue;
        if (cross(...edge(i), ...edge(j))) return [i + 1, j + 1];
      }
    }
    return null;
  }
  function inside(points, [x, y]) {
    let odd = false;
    points.forEach(([x1, y1], i) => {
      const [x2, y2] = points[(i + 1) % points.length];
      if ((y1 > y) !== (y2 > y) && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
    });
    return odd;
  }
  const middle = (points, i) => {
    const [a, b] = [points[i], points[(i + 1) % points.length]];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  };
  // Number of the place that is near enough, -1 for none; distances in picture pixels.
  function near(places, at, [width, height], reach) {
    let best = -1, least = reach;
    places.forEach((place, i) => {
      const away = Math.hypot((place[0] - at[0]) * width, (place[1] - at[1]) * height);
      if (away <= least) [best, least] = [i, away];
    });
    return best;
  }
  // The whole moved, no further than the picture's edge.
  function shifted(points, dx, dy) {
    const xs = points.map((one) => one[0]), ys = points.map((one) => one[1]);
    const x = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
    const y = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
    return points.map((one) => [clamp(one[0] + x), clamp(one[1] + y)]);
  }
  return { clamp, crossing, inside, middle, near, shifted };
})();
