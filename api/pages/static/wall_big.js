// One camera of the wall, large and live: its zones drawn, what each window is and why.
"use strict";
function onpostBig(tools, first, neighbour, closed) {
  const { known, make, put, chip, told, clockText, SHAPES } = tools, text = known.text;
  const SVG = "http://www.w3.org/2000/svg";
  let tile = first, picture = null, zones = [], drawn = "", shown = true;

  const box = make("dialog", "big"), row = make("div", "row"), name = make("strong"), tell = make("span", "tell");
  const button = (label, run) => {
    const one = make("button", "", label); one.type = "button"; one.addEventListener("click", run); return one;
  };
  const zoneSwitch = button("", () => { shown = !shown; refresh(); });
  const acts = make("span", "acts");
  acts.append(button("◀", () => turn(-1)), button("▶", () => turn(1)), zoneSwitch, button(text.close, () => box.close()));
  acts.children[0].setAttribute("aria-label", text.before);
  acts.children[1].setAttribute("aria-label", text.next);
  row.append(name, tell, acts);
  const stage = make("div", "stage"), img = make("img"), fault = make("div", "trouble"), chips = make("div", "row");
  const svg = document.createElementNS(SVG, "svg"), labels = make("div", "labels");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  stage.append(img, svg, labels);
  box.append(row, fault, stage, chips);
  box.addEventListener("close", () => { box.remove(); closed(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === "ArrowRight") turn(1);
    else if (event.key === "z") zoneSwitch.click();
  });
  const api = { get tile() { return tile; }, refresh };

  function turn(step) {
    tile = neighbour(step) || tile;
    opened();
  }
  async function opened() {
    const mine = tile;
    picture = null; zones = []; drawn = "";
    img.removeAttribute("src");
    refresh();
    const answer = await fetch(`/api/v1/cameras/${mine.camera.id}/outlines`, { cache: "no-store" }).catch(() => null);
    if (answer && answer.ok && mine === tile) {
      zones = await answer.json();
      refresh();
    }
  }
  function refresh() {
    const camera = tile.camera;
    put(name, tile.label);
    put(tell, `${tile.age.textContent}${camera.taken_at ? ` · ${clockText(Date.parse(camera.taken_at))}` : ""} · ${known.links[camera.link] || camera.link}`);
    tell.classList.toggle("old", tile.age.classList.contains("old"));
    put(fault, camera.reason ? `? ${known.states.unknown}:${known.reasons[camera.reason] || camera.reason}` : "");
    img.alt = tile.label;
    if (picture !== camera.v) {
      picture = camera.v;
      if (camera.v) img.src = `/api/v1/cameras/${camera.id}/latest.jpg?v=${camera.v}`;
    }
    stage.classList.toggle("empty", !camera.v);
    chips.replaceChildren(...camera.windows.map((item) => chip(item.state, told(item) +
      (item.since ? ` · ${clockText(Date.parse(item.since))} ${text.since}` : ""))));
    put(zoneSwitch, shown ? text.hide_zones : text.show_zones);
    outline(camera);
  }
  function outline(camera) {
    const states = new Map(camera.windows.map((item) => [item.id, item.state]));
    const signature = JSON.stringify([shown, zones, [...states]]);
    if (signature === drawn) return;
    drawn = signature;
    const wanted = shown ? zones : [];
    svg.replaceChildren(...wanted.map((zone) => {
      const shape = document.createElementNS(SVG, "polygon");
      shape.setAttribute("points", zone.polygon.map((point) => point.join(",")).join(" "));
      shape.setAttribute("class", states.get(zone.window_id) || "unknown");
      return shape;
    }));
    labels.replaceChildren(...wanted.map((zone) => {
      const state = states.get(zone.window_id) || "unknown";
      const label = make("span", "chip " + state, `${SHAPES[state]} ${zone.window}`);
      label.style.left = 100 * Math.min(...zone.polygon.map((point) => point[0])) + "%";
      label.style.top = 100 * Math.min(...zone.polygon.map((point) => point[1])) + "%";
      return label;
    }));
  }
  document.body.append(box);
  opened();
  box.showModal();
  return api;
}
